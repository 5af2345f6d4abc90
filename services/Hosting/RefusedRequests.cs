using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ModelServing.Hosting;

/// <summary>Writes a line for each request that is refused because of what its caller sent. The log samples them. The detail is only for
/// the caller: it may hold parts of the inputs, which the prediction log leaves out where the stack file says so.</summary>
public sealed class RefusedRequests(ILogger<RefusedRequests> logger)
{
    private const int MostCharacters = 200;

    internal void Add(HttpRequest request, Problem problem, string? requestId)
    {
        if (problem.Status is >= StatusCodes.Status400BadRequest and < StatusCodes.Status500InternalServerError)
        {
            var (method, path) = (Shortened(request.Method), Shortened(request.Path.Value ?? ""));
            RefusalLog.Refused(logger, requestId, method, path, problem.Status, problem.Reason);
        }
    }

    private static string Shortened(string text) => text.Length <= MostCharacters ? text : text[..MostCharacters] + "...";
}

internal static partial class RefusalLog
{
    [LoggerMessage(6, LogLevel.Information, "Request {RequestId} is refused: {Method} {Path} gets {Status} {Reason}")]
    internal static partial void Refused(ILogger logger, string? requestId, string method, string path, int status, string reason);
}
