using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Contracts.Splitting;
using ModelServing.Hosting;
using ModelServing.Router.Errors;
using ModelServing.Router.Forwarding;

namespace ModelServing.Router.Splitting;

/// <summary>The port for the function TrafficSplitter. Only a caller with the key is answered there. What it sends is either a request that
/// it has assigned, or one with which the router is to do all that it does for a client of its own.</summary>
internal sealed class SplitPort(RouterSettings settings, RouterPorts ports, RequestHandler handler)
{
    private readonly byte[]? key = settings.SplitKey is { } text ? HashOf(text) : null;

    /// <summary>Answers a request to a model's path.</summary>
    internal async Task HandleAsync(HttpContext context, string path)
    {
        if (!ports.IsSplit(context))
        {
            await handler.HandleAsync(context, path);
            return;
        }

        if (!await AdmitsAsync(context))
            return;
        if (context.Request.Headers[SplitHeaders.Call].Count == 0)
        {
            await handler.HandleAsync(context, path);
            return;
        }

        if (SplitCall.Read(context.Request) is { } split)
        {
            await handler.HandleAsync(context, path, split);
            return;
        }

        context.Response.Headers[SplitHeaders.Result] = SplitResults.Refused;
        await Problems.BadRequest.WriteAsync(context, "The headers of an assigned request are missing or wrong");
    }

    /// <summary>Whether a request to this port has the key. If not, the refusal has been written.</summary>
    internal async Task<bool> AdmitsAsync(HttpContext context)
    {
        if (key is not null && context.Request.Headers[SplitHeaders.Key] is [{ } given]
            && CryptographicOperations.FixedTimeEquals(HashOf(given), key))
            return true;
        await Problems.NoSplitKey.WriteAsync(context, $"This port is for the function TrafficSplitter, which sends {SplitHeaders.Key}");
        return false;
    }

    /// <summary>Adds to the answer what the function needs to count the attempt.</summary>
    internal static void Describe(HttpContext context, ulong clientHash, TimeSpan? attemptLimit)
    {
        var headers = context.Response.Headers;
        headers[SplitHeaders.Client] = clientHash.ToString("x16", CultureInfo.InvariantCulture);
        if (attemptLimit is { } limit)
            headers[SplitHeaders.AttemptLimit] = limit.TotalMilliseconds.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Adds to the answer why no attempt was made.</summary>
    internal static void Describe(HttpContext context, Problem problem) =>
        context.Response.Headers[SplitHeaders.Result] = problem == Problems.OutdatedAssignment ? SplitResults.Outdated
            : problem == Problems.NoRetryBudget ? SplitResults.NoBudget
            : SplitResults.Refused;

    /// <summary>Adds to the answer why the version gave none.</summary>
    internal static void Describe(HttpContext context, in AttemptResult result)
    {
        var headers = context.Response.Headers;
        headers[SplitHeaders.Result] = result.Cause switch
        {
            ForwardResult.NoReadyEndpoint => SplitResults.Unreachable,
            ForwardResult.ConnectionLost => SplitResults.ConnectionLost,
            ForwardResult.BadAnswer => SplitResults.BadAnswer,
            ForwardResult.Deadline => SplitResults.Late,
            _ => SplitResults.Refused,
        };
        if (result.Cause == ForwardResult.ConnectionLost && result.Endpoint is { } endpoint)
            headers[SplitHeaders.LostEndpoint] = endpoint.Address.ToString();
    }

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
