using System.Globalization;
using System.Text;
using ModelServing.Contracts;

namespace ModelServing.Bench.Soak.Overload;

/// <summary>A kind of request of the load.</summary>
/// <param name="Name">Its name in the report.</param>
/// <param name="Percent">How many of a hundred requests are of this kind.</param>
/// <param name="Deadline">The time that it has.</param>
/// <param name="Bytes">The request, as it is sent.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Leaves">Whether its caller leaves without an answer.</param>
/// <param name="IsHopeless">Whether it would never end by itself.</param>
/// <param name="AsksForLittle">Whether its client sends nothing else, and usually less rows than its part.</param>
internal sealed record OverloadRequest(
    string Name, int Percent, TimeSpan Deadline, byte[] Bytes, int Rows = 1, bool Leaves = false, bool IsHopeless = false,
    bool AsksForLittle = false)
{
    /// <summary>Makes a request.</summary>
    /// <param name="path">The path.</param>
    /// <param name="body">The body.</param>
    /// <param name="deadline">The time that it has.</param>
    /// <param name="group">The group of its client.</param>
    internal static byte[] Message(string path, string body, TimeSpan deadline, int group) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"""
        POST {path} HTTP/1.1
        Host: soak
        {HeaderNames.RequestTimeout}: {deadline.TotalMilliseconds:0}
        {HeaderNames.ClientGroup}: {group}
        Content-Length: {body.Length}


        """).ReplaceLineEndings("\r\n") + body);
}
