using System.Text.Json;
using ModelServing.Contracts;

namespace ModelServing.TestKit.Hostile;

/// <summary>What a hostile caller got.</summary>
/// <param name="Status">The status, or <see cref="HostileRequest.Cut"/>.</param>
/// <param name="Answers">How many answers arrived.</param>
/// <param name="Outcome">The header <c>X-Model-Outcome</c>.</param>
/// <param name="RetryAfter">Whether it says when to try again.</param>
/// <param name="Text">The first answer's body. Without an answer, the reason.</param>
public sealed record HostileAnswer(int Status, int Answers, string? Outcome, bool RetryAfter, string Text)
{
    /// <summary>Whether it is a refusal that says when to try again.</summary>
    public bool IsBusy => Status is 429 or 503 && RetryAfter;

    /// <summary>Returns what is wrong about it; null for nothing.</summary>
    public string? FaultIn(HostileRequest request)
    {
        if (request.Leaves is not null)
            return null;
        if (!request.Statuses.Contains(Status))
            return $"{Status} instead of {string.Join(" or ", request.Statuses)}: {Text}";
        if (request.Answers is { } most && Answers > most)
            return $"{Answers} answers instead of {most}";
        // A refusal because of other requests says so, and so does an answer that is late because of them.
        if (Outcome != request.Outcome && (Status, Outcome) is not (503 or 504, HeaderNames.Busy))
            return $"the outcome '{Outcome}' instead of '{request.Outcome}'";
        if (Status < 400 || (request.Problem ?? request.Names) is null)
            return null;
        using var problem = JsonDocument.Parse(Text);
        if (request.Problem is { } right && problem.RootElement.GetProperty("type").GetString() != "urn:modelserving:problem:" + right)
            return $"another problem than {right}: {Text}";
        return request.Names is { } names
            && !problem.RootElement.GetProperty("detail").GetString()!.StartsWith(names, StringComparison.Ordinal)
            ? $"the detail does not begin with '{names}': {Text}"
            : null;
    }
}
