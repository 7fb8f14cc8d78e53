package ai.dvt.client;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** The addresses of named servers; names are looked up anew when a connection is lost. */
final class ServerList extends NameResolver {
  private final List<String> servers;
  private final Executor lookup;
  private Listener2 listener;

  /**
   * @param servers {@code host:port} each
   */
  ServerList(List<String> servers, Args arguments) {
    this.servers = List.copyOf(servers);
    this.lookup =
        arguments.getOffloadExecutor() == null ? Runnable::run : arguments.getOffloadExecutor();
  }

  @Override
  public String getServiceAuthority() {
    return servers.get(0);
  }

  @Override
  public void start(Listener2 hears) {
    listener = hears;
    refresh();
  }

  @Override
  public void refresh() {
    Listener2 hears = listener;
    lookup.execute(() -> hears.onResult(resolve()));
  }

  private ResolutionResult resolve() {
    List<EquivalentAddressGroup> found = new ArrayList<>();
    Status failure = Status.UNAVAILABLE;
    for (String server : servers) {
      int colon = server.lastIndexOf(':');
      String host = server.substring(0, colon);
      try {
        for (InetAddress address : InetAddress.getAllByName(host)) {
          found.add(
              new EquivalentAddressGroup(
                  new InetSocketAddress(address, Integer.parseInt(server.substring(colon + 1)))));
        }
      } catch (UnknownHostException e) {
        failure = Status.UNAVAILABLE.withDescription(host + ": no such host").withCause(e);
      }
    }
    return ResolutionResult.newBuilder()
        .setAddressesOrError(
            found.isEmpty() ? StatusOr.fromStatus(failure) : StatusOr.fromValue(found))
        .build();
  }

  @Override
  public void shutdown() {}
}
