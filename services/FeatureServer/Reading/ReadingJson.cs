using System.Text.Json.Serialization;

namespace ModelServing.FeatureServer.Reading;

[JsonSerializable(typeof(string))]
internal sealed partial class ReadingJson : JsonSerializerContext;
