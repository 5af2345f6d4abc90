using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Journal;

/// <summary>Writes a <see cref="RollbackReason"/> as a word, and reads only those words.</summary>
public sealed class RollbackReasonJsonConverter()
    : JsonStringEnumConverter<RollbackReason>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
