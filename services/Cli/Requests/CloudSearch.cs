using System.Globalization;

namespace ModelServing.Cli.Requests;

/// <summary>The command that finds a request in OCI Logging. It has met no tenancy yet.</summary>
internal static class CloudSearch
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(15);

    /// <summary>The lines to print: the command, and what it needs.</summary>
    internal static IReadOnlyList<string> Lines(Ulid request, string compartment) =>
    [
        "Run this; it needs the OCI CLI, and pods' logs in OCI Logging (docs/operations.md). It has not been tried in a tenancy yet.",
        "",
        $"oci logging-search search-logs --time-start {Time(request.Time - Margin)} --time-end {Time(request.Time + Margin)} "
        + $"--search-query 'search \"{compartment}\" | where logContent = ''*{request}*'' | sort by datetime asc'"
            .Replace("''", "'\\''", StringComparison.Ordinal),
    ];

    private static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
