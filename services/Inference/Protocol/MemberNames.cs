using System.Text.Json;
using ModelServing.Hosting;

namespace ModelServing.Inference.Protocol;

/// <summary>The names of an object's members that were read, none of which may occur twice. They are compared as text, so an escaped name
/// is the same as a plain one.</summary>
internal sealed class MemberNames
{
    /// <summary>The most members of one object. Each name is kept while the object is read, outside of the budget of bytes.</summary>
    internal const int Most = 64;

    /// <summary>The most bytes of a name.</summary>
    internal const int MostBytes = 256;

    private readonly HashSet<string> names = new(StringComparer.Ordinal);

    /// <summary>Adds the name at which the reader is, and returns it.</summary>
    /// <param name="reader">The reader, on the name.</param>
    /// <param name="parent">The object, for a message.</param>
    internal string Add(ref Utf8JsonReader reader, string parent)
    {
        if (names.Count == Most)
            throw new RequestFaultException(parent, $"it has more than {Most} members");
        if (reader.ValueSpan.Length > MostBytes)
            throw Fault(ref reader, parent, $"its name has more than {MostBytes} bytes");
        var name = reader.GetString()!;
        return names.Add(name) ? name : throw Fault(ref reader, parent, "it is duplicated");
    }

    private static RequestFaultException Fault(ref Utf8JsonReader reader, string parent, string message) =>
        new($"{parent}{(parent.Length > 0 ? "." : "")}{JsonPlace.Shown(reader.ValueSpan)}", message);
}
