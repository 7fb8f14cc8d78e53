package ai.dvt.client;

import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.List;

/** Targets {@code dvt-servers:///a:8500,b:8500}: a fixed list of servers. Found by gRPC itself. */
public final class ServerListProvider extends NameResolverProvider {
  static final String SCHEME = "dvt-servers";

  /** For gRPC. */
  public ServerListProvider() {}

  @Override
  public NameResolver newNameResolver(URI target, NameResolver.Args arguments) {
    return SCHEME.equals(target.getScheme())
        ? new ServerList(List.of(target.getPath().substring(1).split(",")), arguments)
        : null;
  }

  @Override
  public String getDefaultScheme() {
    return SCHEME;
  }

  @Override
  public Collection<Class<? extends SocketAddress>> getProducedSocketAddressTypes() {
    return List.of(InetSocketAddress.class);
  }

  @Override
  protected boolean isAvailable() {
    return true;
  }

  /** Below the usual one: it never answers for a target without a scheme. */
  @Override
  protected int priority() {
    return 1;
  }
}
