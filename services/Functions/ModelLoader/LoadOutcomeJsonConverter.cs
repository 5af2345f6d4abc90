using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Functions.ModelLoader;

internal sealed class LoadOutcomeJsonConverter()
    : JsonStringEnumConverter<LoadOutcome>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);
