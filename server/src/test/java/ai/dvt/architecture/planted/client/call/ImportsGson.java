package ai.dvt.architecture.planted.client.call;

import com.google.gson.JsonObject;

class ImportsGson {
  JsonObject json;
}
