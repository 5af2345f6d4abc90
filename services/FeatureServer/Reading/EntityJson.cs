using System.Globalization;
using System.Text;
using System.Text.Json;
using ModelServing.Contracts;
using ModelServing.Features.Definitions;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;

namespace ModelServing.FeatureServer.Reading;

/// <summary>Reads the keys of an entity and the values of a request, as a view defines them.</summary>
internal static class EntityJson
{
    /// <summary>Reads the keys. An int64 may also be written as text.</summary>
    /// <exception cref="ContractException">A key is missing, unknown, or of another type; the message names the place.</exception>
    internal static EntityKey KeyOf(ViewDefinition definition, IReadOnlyDictionary<string, JsonElement> entity, string place)
    {
        if (entity.Keys.FirstOrDefault(name => definition.Entity.All(key => key.Name != name)) is { } unknown)
        {
            var keys = string.Join(", ", definition.Entity.Select(static key => key.Name));
            throw new ContractException($"{place} has '{unknown}'; the keys of {definition.Id} are {keys}");
        }

        var values = new FieldValue[definition.Entity.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var (name, type) = (definition.Entity[i].Name, definition.Entity[i].Type);
            if (!entity.TryGetValue(name, out var json))
                throw new ContractException($"{place} does not have the key {name}");
            values[i] = ValueOf(json, type, $"{place}.{name}")
                ?? throw new ContractException($"{place}.{name} is {json.GetRawText()}; it must be {type}");
        }

        try
        {
            return EntityKey.From(values);
        }
        catch (ArgumentException e)
        {
            throw new ContractException($"{place}: {e.Message}", e);
        }
    }

    /// <summary>The values of a request in the order of the definition; not a number for a missing one.</summary>
    /// <exception cref="ContractException">A value is unknown.</exception>
    internal static double[] RequestOf(ViewDefinition definition, IReadOnlyDictionary<string, double>? request, string place)
    {
        if (request?.Keys.FirstOrDefault(name => definition.Request.All(value => value.Name != name)) is { } unknown)
            throw new ContractException($"{place} has '{unknown}', which is not a value of a request of {definition.Id}");
        return [.. definition.Request.Select(value => request?.TryGetValue(value.Name, out var number) == true ? number : double.NaN)];
    }

    private static FieldValue? ValueOf(JsonElement json, FieldType type, string place) => (type.Kind, json.ValueKind) switch
    {
        (FieldKind.Int64, JsonValueKind.Number) when json.TryGetInt64(out var number) => FieldValue.FromInt64(number),
        (FieldKind.Int64, JsonValueKind.String) when long.TryParse(
            json.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => FieldValue.FromInt64(number),
        (FieldKind.String, JsonValueKind.String) => TextOf(json.GetString()!, place),
        _ => null,
    };

    private static FieldValue TextOf(string text, string place)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        return length is > 0 and <= EntityKey.MaxTextBytes
            ? FieldValue.FromString(text)
            : throw new ContractException($"{place} has {length} bytes; it must have 1 to {EntityKey.MaxTextBytes}");
    }
}
