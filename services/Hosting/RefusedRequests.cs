using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ModelServing.Hosting;

/// <summary>Writes a line for each request that is refused because of what its caller sent. The log samples them.</summary>
internal sealed class RefusedRequests(ILogger<RefusedRequests> logger)
{
    private const int MostCharacters = 500;

    internal void Add(HttpRequest request, Problem problem, string detail)
    {
        if (problem.Status is < StatusCodes.Status400BadRequest or >= StatusCodes.Status500InternalServerError)
            return;
        var path = Shortened(request.Path.Value ?? "");
        RefusalLog.Refused(logger, request.Method, path, problem.Status, problem.Reason, Shortened(detail));
    }

    private static string Shortened(string text) => text.Length <= MostCharacters ? text : text[..MostCharacters] + "...";
}

internal static partial class RefusalLog
{
    [LoggerMessage(6, LogLevel.Information, "{Method} {Path} is refused with {Status} {Reason}: {Detail}")]
    internal static partial void Refused(ILogger logger, string method, string path, int status, string reason, string detail);
}
