using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using ModelServing.Contracts;
using ModelServing.Contracts.Predictions;

namespace ModelServing.Hosting.Access;

/// <summary>Adds the requests of a path to the access log, for hosts without attempts.</summary>
public static class AccessedPath
{
    /// <summary>Wraps the handler of a path. Without an access log, it is the handler itself.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="source">The host.</param>
    /// <param name="operation">What requests of this path do, in a word.</param>
    /// <param name="handle">Answers a request.</param>
    public static RequestDelegate Record(IServiceProvider services, AccessSource source, string operation, RequestDelegate handle)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(handle);
        if (services.GetService<AccessLog>() is not { } log)
            return handle;
        var time = services.GetRequiredService<TimeProvider>();
        return async context =>
        {
            var began = time.GetTimestamp();
            var hasFailed = true;
            try
            {
                await handle(context);
                hasFailed = false;
            }
            finally
            {
                var elapsed = time.GetElapsedTime(began);
                Add(log, context, (source, operation), (time.GetUtcNow() - elapsed, elapsed), hasFailed);
            }
        };
    }

    private static void Add(
        AccessLog log,
        HttpContext context,
        (AccessSource Source, string Operation) path,
        (DateTimeOffset Began, TimeSpan Elapsed) times,
        bool hasFailed)
    {
        var status = hasFailed ? StatusCodes.Status500InternalServerError : context.Response.StatusCode;
        var reason = status >= StatusCodes.Status400BadRequest ? context.Features.Get<Problem>()?.Reason : null;
        // What failed before the caller left is still a failure.
        if (context.RequestAborted.IsCancellationRequested && (hasFailed || status < StatusCodes.Status500InternalServerError))
            (status, reason) = (StatusCodes.Status499ClientClosedRequest, AccessReasons.ClientLeft);
        var id = IdOf(context.Response.Headers[HeaderNames.RequestId]);
        if (!log.Wants(id, AccessRecord.HasFailed(status, reason)))
            return;
        log.Add(new AccessRecord
        {
            Source = path.Source,
            RequestId = id,
            Time = times.Began,
            Attempt = 0,
            Operation = path.Operation,
            Status = status,
            Reason = reason,
            Trace = AccessRecord.TraceOf(Activity.Current?.Id ?? context.Request.Headers.TraceParent),
            Times = new AccessTimes(times.Elapsed),
        });
    }

    private static Ulid IdOf(string? text) => RequestIds.IsValid(text) && Ulid.TryParse(text, out var id) ? id : default;
}
