using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Services.Tests.Compatibility;

/// <summary>The names of the members of documents in JSON.</summary>
internal static class DocumentMembers
{
    /// <summary>Those in a text, on any level. The names in a map are members too.</summary>
    internal static HashSet<string> InJson(ReadOnlySpan<byte> utf8)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
                names.Add(reader.GetString()!);
        }

        return names;
    }

    /// <summary>Those that documents of a type may have, on any level.</summary>
    internal static HashSet<string> InType(params IEnumerable<Type> documents)
    {
        var (names, seen, waiting) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<Type>(), new Queue<Type>(documents));
        while (waiting.TryDequeue(out var type))
        {
            if (!seen.Add(type))
                continue;
            foreach (var part in type.GetGenericArguments())
                waiting.Enqueue(part);
            if (type.Namespace?.StartsWith("ModelServing", StringComparison.Ordinal) != true
                || type.IsEnum
                || type.IsAssignableTo(typeof(IEnumerable))
                || type.GetCustomAttribute<JsonConverterAttribute>() is not null)
            {
                continue;
            }

            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
            {
                if (property.GetCustomAttribute<JsonIgnoreAttribute>() is { Condition: JsonIgnoreCondition.Always })
                    continue;
                names.Add(JsonNamingPolicy.CamelCase.ConvertName(property.Name));
                waiting.Enqueue(property.PropertyType);
            }
        }

        return names;
    }
}
