using System.Globalization;

namespace ModelServing.Hosting;

/// <summary>Writes the value of a header <c>Server-Timing</c> (W3C), as in <c>queue;dur=0.120, model;dur=1.500</c>: how long the parts of
/// an answer took, in milliseconds. What does not fit into the buffer is left out.</summary>
public ref struct ServerTiming(Span<char> buffer)
{
    /// <summary>Room for the parts of a router and of a version.</summary>
    public const int Room = 256;

    private const string Separator = ", ";
    private const string Duration = ";dur=";

    private readonly Span<char> text = buffer;
    private int length;

    /// <summary>Adds a part.</summary>
    public void Add(string name, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(name);
        const int MostDigits = 20;
        if (text.Length - length < Separator.Length + name.Length + Duration.Length + MostDigits)
            return;
        if (length > 0)
            Append(Separator);
        Append(name);
        Append(Duration);
        var (whole, rest) = Math.DivRem(Math.Max(0, duration.Ticks / TimeSpan.TicksPerMicrosecond), 1000);
        whole.TryFormat(text[length..], out var written, default, CultureInfo.InvariantCulture);
        length += written;
        text[length++] = '.';
        text[length++] = (char)('0' + (rest / 100));
        text[length++] = (char)('0' + (rest / 10 % 10));
        text[length++] = (char)('0' + (rest % 10));
    }

    /// <summary>Adds the value of another server's header.</summary>
    public void Add(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Length == 0 || Separator.Length + value.Length > text.Length - length)
            return;
        if (length > 0)
            Append(Separator);
        Append(value);
    }

    private void Append(string part)
    {
        part.CopyTo(text[length..]);
        length += part.Length;
    }

    public override readonly string ToString() => new(text[..length]);
}
