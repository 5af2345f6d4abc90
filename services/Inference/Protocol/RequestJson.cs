using System.Text.Json;
using ModelServing.Hosting;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol;

/// <summary>Reads the parts that requests, inputs and outputs share. Every fault names its field.</summary>
internal static class RequestJson
{
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

    /// <summary>Reads the value of a member, which must be of a type or null; false if it is null, which is the same as if the member were
    /// absent.</summary>
    /// <param name="reader">The reader, before the value.</param>
    /// <param name="type">The required type.</param>
    /// <param name="field">The field, for a message.</param>
    /// <param name="expected">A description of the required value, for a message.</param>
    internal static bool ReadTokenOrNull(ref Utf8JsonReader reader, JsonTokenType type, in Field field, string expected)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return false;
        return reader.TokenType == type ? true : throw field.Fault($"it must be {expected}");
    }

    /// <summary>Reads a string of at most <paramref name="mostBytes"/>, because in memory it takes several times its length; null stays
    /// null.</summary>
    internal static string? ReadString(ref Utf8JsonReader reader, in Field field, int mostBytes)
    {
        if (!ReadTokenOrNull(ref reader, JsonTokenType.String, field, "a string"))
            return null;
        if (reader.ValueSpan.Length > mostBytes)
            throw field.Fault($"it has more than {mostBytes} bytes");
        return reader.GetString();
    }

    /// <summary>Reads the name of an input or output, and returns its index; -1 if it is null.</summary>
    internal static int ReadName(ref Utf8JsonReader reader, IReadOnlyList<TensorSpec> specs, in Field field, string kind)
    {
        if (!ReadTokenOrNull(ref reader, JsonTokenType.String, field, "a string"))
            return -1;
        for (var i = 0; i < specs.Count; i++)
        {
            if (reader.ValueTextEquals(specs[i].Utf8Name))
                return i;
        }

        throw UnknownName(reader.ValueSpan, specs, field, kind);
    }

    /// <summary>The fault of a name that no input or output of the model has.</summary>
    internal static RequestFaultException UnknownName(
        ReadOnlySpan<byte> name, IReadOnlyList<TensorSpec> specs, in Field field, string kind) =>
        field.Fault($"'{JsonPlace.Shown(name)}' is not one of the model's {kind}: {string.Join(", ", specs)}");

    /// <summary>Notes that a member was seen, which must be its only occurrence. With a second one, it would depend on the reader which of
    /// the two counts.</summary>
    internal static void Once(ref bool seen, in Field field)
    {
        if (seen)
            throw field.Fault("it is duplicated");
        seen = true;
    }

    /// <summary>Reads an unknown member, which must be null: some clients write all members that they know.</summary>
    /// <param name="reader">The reader, on the member's name.</param>
    /// <param name="names">The names of such members of the object; null before the first one.</param>
    /// <param name="parent">The object.</param>
    /// <param name="known">The known members.</param>
    internal static void ReadUnknown(ref Utf8JsonReader reader, ref MemberNames? names, in Field parent, string known)
    {
        var field = parent with { Member = JsonPlace.Shown(reader.ValueSpan) };
        (names ??= new()).Add(ref reader, parent.ToString());
        reader.Read();
        if (reader.TokenType != JsonTokenType.Null)
            throw field.Fault($"unknown; the known members here are {known}");
    }
}
