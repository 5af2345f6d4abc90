using System.Text.Json;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol;

/// <summary>Reads the parts that requests, inputs and outputs share. Every fault names its field.</summary>
internal static class RequestJson
{
    // Ignoring these parameters would give another answer than the caller expects, so they are refused.
    private static readonly string[] Unsupported =
        ["binary_data_size", "classification", "shared_memory_region", "shared_memory_offset", "shared_memory_byte_size"];

    /// <summary>Moves to the next member of an object; false at the end of the object.</summary>
    internal static bool NextMember(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName;
    }

    /// <summary>Moves to the next entry of an array; false at the end of the array.</summary>
    internal static bool NextEntry(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType != JsonTokenType.EndArray;
    }

    /// <summary>Reads a token, which must be of a type.</summary>
    /// <param name="reader">The reader, before the token.</param>
    /// <param name="type">The required type.</param>
    /// <param name="field">The field, for a message.</param>
    /// <param name="expected">A description of the required value, for a message.</param>
    internal static void ReadToken(ref Utf8JsonReader reader, JsonTokenType type, string field, string expected)
    {
        reader.Read();
        if (reader.TokenType != type)
            throw new RequestFaultException(field, $"it must be {expected}");
    }

    /// <summary>Reads a string of at most <paramref name="mostBytes"/>: in memory it takes several times its length.</summary>
    internal static string ReadString(ref Utf8JsonReader reader, string field, int mostBytes)
    {
        ReadToken(ref reader, JsonTokenType.String, field, "a string");
        if (reader.ValueSpan.Length > mostBytes)
            throw new RequestFaultException(field, $"it has more than {mostBytes} bytes");
        return reader.GetString()!;
    }

    /// <summary>Reads the name of an input or output, and returns its index.</summary>
    internal static int ReadName(ref Utf8JsonReader reader, IReadOnlyList<TensorSpec> specs, string field, string kind)
    {
        ReadToken(ref reader, JsonTokenType.String, field, "a string");
        for (var i = 0; i < specs.Count; i++)
        {
            if (reader.ValueTextEquals(specs[i].Utf8Name))
                return i;
        }

        throw new RequestFaultException(field, $"'{reader.GetString()}' is not one of the model's {kind}: {string.Join(", ", specs)}");
    }

    /// <summary>Skips an object of parameters, and refuses those that must not be ignored.</summary>
    internal static void ReadParameters(ref Utf8JsonReader reader, string field)
    {
        ReadToken(ref reader, JsonTokenType.StartObject, field, "an object");
        while (NextMember(ref reader))
        {
            foreach (var parameter in Unsupported)
            {
                if (reader.ValueTextEquals(parameter))
                    throw new RequestFaultException($"{field}.{parameter}", "this version does not support it");
            }

            reader.Read();
            reader.Skip();
        }
    }

    /// <summary>The fault of an unknown member.</summary>
    /// <param name="reader">The reader, on the member's name.</param>
    /// <param name="path">The path of the object; empty for the body itself.</param>
    /// <param name="known">The known members.</param>
    internal static RequestFaultException Unknown(ref Utf8JsonReader reader, string path, string known)
    {
        var name = reader.GetString()!;
        return new RequestFaultException(path.Length > 0 ? $"{path}.{name}" : name, $"unknown; the known members here are {known}");
    }
}
