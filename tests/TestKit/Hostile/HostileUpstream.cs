using System.Globalization;

namespace ModelServing.TestKit.Hostile;

/// <summary>A hostile answer of a version, from <c>tests/Hostile/upstreams.yaml</c>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Answer">What the version sends.</param>
/// <param name="Then">What it does afterwards: <c>stay</c>, <c>close</c> or <c>reset</c>.</param>
/// <param name="IsEndless">Whether it sends this for ever.</param>
/// <param name="Statuses">The right statuses for the caller.</param>
/// <param name="Problem">The right problem; null for any.</param>
/// <param name="Right">The right body; null for any.</param>
/// <param name="Hidden">What the caller may not see in any header; null for nothing.</param>
public sealed record HostileUpstream(
    string Name,
    HostileText Answer,
    string Then,
    bool IsEndless,
    IReadOnlyList<int> Statuses,
    string? Problem,
    string? Right,
    string? Hidden)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<HostileUpstream> All { get; } = HostileFile.Read("upstreams", "cases", Read);

    /// <summary>Answers one request on a connection that has read it; false if the connection must end.</summary>
    public async Task<bool> AnswerAsync(RawConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        do
        {
            await connection.SendAsync(Answer.ToBytes());
        }
        while (IsEndless);
        if (Then == "reset")
            connection.Reset();
        return Then == "stay";
    }

    /// <summary>Returns what is wrong about a caller's answer; null for nothing.</summary>
    public string? FaultIn(RawMessage answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (!Statuses.Contains(answer.Status))
            return $"{Name}: {answer.Status} instead of {string.Join(" or ", Statuses)}: {answer.Text}";
        if (Problem is not null && !answer.Text.Contains($"urn:modelserving:problem:{Problem}\"", StringComparison.Ordinal))
            return $"{Name}: another problem than {Problem}: {answer.Text}";
        if (Right is not null && answer.Text != Right)
            return $"{Name}: the body '{answer.Text}' instead of '{Right}'";
        return Hidden is not null && answer.Headers.FirstOrDefault(Shows) is { Name: not null } header
            ? $"{Name}: the caller sees {header}"
            : null;
    }

    private bool Shows((string Name, string Value) header) =>
        $"{header.Name}: {header.Value}".Contains(Hidden!, StringComparison.OrdinalIgnoreCase);

    private static HostileUpstream Read(HostileNode node) => new(
        node.Required("name"),
        node.Long("answer", isUtf8: false) ?? new HostileText([], IsUtf8: false),
        node.Text("then") ?? "stay",
        node.Flag("endless"),
        [.. node.Texts("status").Select(static status => int.Parse(status, CultureInfo.InvariantCulture))],
        node.Text("problem"),
        node.Text("right"),
        node.Text("hidden"));
}
