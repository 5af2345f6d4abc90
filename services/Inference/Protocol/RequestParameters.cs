using System.Text.Json;
using ModelServing.Hosting;

namespace ModelServing.Inference.Protocol;

/// <summary>Reads the parameters of a request, input or output in JSON. <see cref="ParameterRules"/> says what they mean.</summary>
internal static class RequestParameters
{
    /// <summary>Reads an object of parameters, or null.</summary>
    /// <param name="reader">The reader, before the object.</param>
    /// <param name="field">The object.</param>
    /// <param name="place">Whose parameters they are.</param>
    internal static ReadParameters Read(ref Utf8JsonReader reader, in Field field, ParameterPlace place)
    {
        ReadParameters found = default;
        if (!RequestJson.ReadTokenOrNull(ref reader, JsonTokenType.StartObject, field, "an object"))
            return found;
        MemberNames? names = null;
        while (RequestJson.NextMember(ref reader))
        {
            var path = $"{field}.{JsonPlace.Shown(reader.ValueSpan)}";
            var name = (names ??= new()).Add(ref reader, field.ToString());
            reader.Read();
            if (reader.TokenType != JsonTokenType.Null)
                found = ParameterRules.Add(path, name, place, ValueOf(ref reader), found);
            Skip(ref reader, path);
        }

        return found;
    }

    private static ParameterValue ValueOf(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => new() { Flag = true },
        JsonTokenType.False => new() { Flag = false },
        JsonTokenType.Number when reader.TryGetInt64(out var whole) => new() { Whole = whole },
        JsonTokenType.Number when reader.TryGetUInt64(out var whole) => new() { Whole = whole },
        JsonTokenType.String => new()
        {
            IsText = true,
            Shown = reader.ValueSpan,
            Text = reader.ValueSpan.Length <= ParameterValue.MostText ? reader.GetString() : null,
        },
        _ => default,
    };

    // Passes over a value that is ignored. It may still not be one that readers understand differently. A fault names the parameter and the
    // member, without what is between them.
    private static void Skip(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (RequestJson.NextEntry(ref reader))
                Skip(ref reader, path);
        }
        else if (reader.TokenType == JsonTokenType.StartObject)
        {
            MemberNames? names = null;
            while (RequestJson.NextMember(ref reader))
            {
                (names ??= new()).Add(ref reader, path);
                reader.Read();
                Skip(ref reader, path);
            }
        }
    }
}
