using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Admin;

/// <summary>Writes an enumeration's value as a word in camelCase, and reads only those words.</summary>
internal sealed class WordJsonConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
