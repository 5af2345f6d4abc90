using System.Globalization;

namespace ModelServing.TestKit.Hostile;

/// <summary>A request of <c>tests/Hostile</c>: what is sent, how, and what is right.</summary>
public sealed record HostileRequest
{
    /// <summary>The status of a request whose connection was cut without an answer.</summary>
    public const int Cut = 0;

    /// <summary>The status of a request that got no answer in a minute, or one that is not valid HTTP/1.1.</summary>
    public const int Broken = -1;

    public required string Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>The servers that get it: <c>router</c>, or those that <c>ms up</c> starts beside it.</summary>
    public required IReadOnlyList<string> To { get; init; }

    /// <summary>The model that it names; empty for none.</summary>
    public required string Model { get; init; }

    /// <summary>All that is sent; null if it is a method, a path, headers and a body.</summary>
    public HostileText? Sent { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    public required IReadOnlyList<string> Headers { get; init; }

    public HostileToken? Token { get; init; }

    public required HostileText Body { get; init; }

    /// <summary>How the body is compressed, <c>gzip</c> or <c>deflate</c>; null if it is sent as it is.</summary>
    public string? Coding { get; init; }

    /// <summary>The announced length of the body; null for its own.</summary>
    public int? Announced { get; init; }

    /// <summary>The milliseconds between two bytes of the body.</summary>
    public int? Pause { get; init; }

    /// <summary>How many callers send it at once.</summary>
    public required int AtOnce { get; init; }

    /// <summary>The callers leave without reading: <c>close</c> or <c>reset</c>; null if they read the answer.</summary>
    public string? Leaves { get; init; }

    /// <summary>The milliseconds before the callers leave, or begin to read the answer.</summary>
    public int Hold { get; init; }

    public int? ReceiveBuffer { get; init; }

    /// <summary>No version may see anything of it.</summary>
    public bool IsUnread { get; init; }

    /// <summary>The right statuses, <see cref="Cut"/> among them.</summary>
    public required IReadOnlyList<int> Statuses { get; init; }

    /// <summary>The last part of the problem's type; null for any.</summary>
    public string? Problem { get; init; }

    /// <summary>How the problem's detail begins; null for any.</summary>
    public string? Names { get; init; }

    /// <summary>The answer's <c>X-Model-Outcome</c>; null for none.</summary>
    public string? Outcome { get; init; }

    /// <summary>How many answers may arrive; null for any number.</summary>
    public int? Answers { get; init; }

    /// <summary>Whether the version is at fault. Otherwise it may not be counted as the version's failure anywhere.</summary>
    public bool IsVersionsFault { get; init; }

    /// <summary>The body as it is sent.</summary>
    public byte[] ToBody() => Coding is { } coding ? Body.ToCompressed(coding) : Body.ToBytes();

    public override string ToString() => $"{Kind}: {Name}";

    internal static HostileRequest Read(string kind, HostileNode node)
    {
        var leaves = node.Text("leaves");
        var statuses = node.Texts("status");
        var to = node.Texts("to");
        var answers = node.Text("answers");
        return new HostileRequest
        {
            Kind = kind,
            Name = node.Required("name"),
            To = to.Count > 0 ? to : ["router"],
            Model = node.Text("model") ?? "",
            Sent = node.Long("sent", isUtf8: false),
            Method = node.Text("method") ?? "POST",
            Path = node.Text("path") ?? "/v2/models/{model}/infer",
            Headers = node.Texts("headers"),
            Token = node.Inner("token") is { } token ? HostileToken.Read(token) : null,
            Body = node.Long("body", isUtf8: true) ?? new HostileText([], IsUtf8: true),
            Coding = node.Text("coding"),
            Announced = node.Whole("announced"),
            Pause = node.Whole("pause"),
            AtOnce = node.Whole("atOnce") ?? 1,
            Leaves = leaves,
            Hold = node.Whole("hold") ?? 0,
            ReceiveBuffer = node.Whole("receiveBuffer"),
            IsUnread = node.Flag("unread"),
            Statuses = [.. statuses.Select(StatusOf)],
            Problem = node.Text("problem"),
            Names = node.Text("names"),
            Outcome = node.Text("outcome"),
            Answers = answers == "any" ? null : int.Parse(answers ?? "1", CultureInfo.InvariantCulture),
            IsVersionsFault = node.Text("blames") == "version",
        };
    }

    private static int StatusOf(string status) => status switch
    {
        "cut" => Cut,
        "other" => Broken,
        _ => int.Parse(status, CultureInfo.InvariantCulture),
    };
}
