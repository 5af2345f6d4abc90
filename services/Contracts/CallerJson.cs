using System.Text.Json;

namespace ModelServing.Contracts;

/// <summary>
/// The JSON of a caller, before it is read as a document. A member that is null is the same as one that is absent, because many clients
/// write all members that they know. A member that occurs twice is refused, however its name is spelled, because readers differ in which
/// of the two they take.
/// </summary>
public static class CallerJson
{
    /// <summary>The most members of an object. Their names are kept while it is read.</summary>
    public const int MaxMembers = 1024;

    private const int MaxShown = 80;

    /// <summary>Returns the document with blanks in place of each member that is null, so every other byte keeps its place. Text that is
    /// not JSON is returned as far as it was read; its reader reports it.</summary>
    /// <param name="utf8">The document.</param>
    /// <param name="what">What it is, for a message.</param>
    /// <exception cref="ContractException">A member occurs twice; the message names it.</exception>
    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> utf8, string what)
    {
        byte[]? blanked = null;
        var open = new List<Container>();
        var depth = 0;
        var reader = new Utf8JsonReader(utf8);
        try
        {
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        if (depth > 0)
                            open[depth - 1].Keep();
                        if (open.Count == depth)
                            open.Add(new Container());
                        open[depth++].Begin(isArray: reader.TokenType == JsonTokenType.StartArray);
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        depth--;
                        break;
                    case JsonTokenType.PropertyName:
                        if (open[depth - 1].Add(reader.GetString()!, (int)reader.TokenStartIndex) is { } fault)
                            throw new ContractException($"the {what} can't be read: {fault} ({PlaceOf(open, depth)})");
                        break;
                    case JsonTokenType.Null when depth > 0 && !open[depth - 1].IsArray:
                        blanked ??= utf8.ToArray();
                        open[depth - 1].Blank(blanked, (int)reader.BytesConsumed);
                        break;
                    default:
                        if (depth > 0)
                            open[depth - 1].Keep();
                        break;
                }
            }
        }
        catch (JsonException)
        {
            return utf8;
        }
        catch (InvalidOperationException e)
        {
            // The reader throws this for a name that is not UTF-8, or has half a surrogate pair.
            throw new ContractException($"the {what} can't be read: the name of a member is not text ({PlaceOf(open, depth)})", e);
        }

        return blanked ?? utf8;
    }

    private static string PlaceOf(List<Container> open, int depth)
    {
        var place = "$";
        foreach (var container in open.Take(depth))
            place += container.IsArray ? $"[{container.Index}]" : container.Member.Length > 0 ? "." + container.Member : "";
        return VisibleText.From(place);
    }

    /// <summary>An object or array that is being read. It is used again for the next one of the same depth.</summary>
    private sealed class Container
    {
        private readonly HashSet<string> names = new(StringComparer.Ordinal);
        private int start;
        private bool hasKept;

        internal bool IsArray { get; private set; }

        internal int Index { get; private set; }

        internal string Member { get; private set; } = "";

        internal void Begin(bool isArray)
        {
            (IsArray, Index, Member, hasKept) = (isArray, -1, "", false);
            names.Clear();
        }

        /// <summary>Takes a member's name, and returns what is wrong with it.</summary>
        internal string? Add(string name, int at)
        {
            (Member, start) = (name.Length <= MaxShown ? name : name[..MaxShown] + "...", at);
            return names.Count == MaxMembers ? $"an object has more than {MaxMembers} members"
                : names.Add(name) ? null
                : "a member is duplicated";
        }

        /// <summary>Notes a value that stays.</summary>
        internal void Keep()
        {
            hasKept = true;
            Index++;
        }

        /// <summary>Blanks the current member, and one comma beside it.</summary>
        internal void Blank(byte[] json, int end)
        {
            for (var i = start; i < end; i++)
            {
                // The numbers of lines stay right.
                if (json[i] != '\n')
                    json[i] = (byte)' ';
            }

            var comma = hasKept
                ? json.AsSpan(0, start).LastIndexOfAnyExcept(" \t\r\n"u8)
                : end + json.AsSpan(end).IndexOfAnyExcept(" \t\r\n"u8);
            if (json[comma] == ',')
                json[comma] = (byte)' ';
        }
    }
}
