using System.Text;

namespace ModelServing.Bench;

/// <summary>The body of the request that wrk repeats.</summary>
/// <param name="Type">Its media type.</param>
/// <param name="Bytes">Its bytes.</param>
internal sealed record WrkBody(string Type, byte[] Bytes)
{
    internal static WrkBody Json(string text) => new("application/json", Encoding.UTF8.GetBytes(text));

    /// <summary>The bytes as a literal of Lua, in which each may be any byte.</summary>
    internal string ToLua()
    {
        var text = new StringBuilder("\"", Bytes.Length * 4);
        foreach (var value in Bytes)
        {
            if (value is >= (byte)' ' and < 0x7F and not (byte)'"' and not (byte)'\\')
                text.Append((char)value);
            else
                text.Append('\\').Append($"{value:000}");
        }

        return text.Append('"').ToString();
    }
}
