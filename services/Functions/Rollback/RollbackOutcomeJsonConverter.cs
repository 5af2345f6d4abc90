using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Functions.Rollback;

internal sealed class RollbackOutcomeJsonConverter()
    : JsonStringEnumConverter<RollbackOutcome>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);
