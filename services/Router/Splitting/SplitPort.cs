using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Contracts.Splitting;
using ModelServing.Hosting;
using ModelServing.Router.Errors;
using ModelServing.Router.Forwarding;

namespace ModelServing.Router.Splitting;

/// <summary>The port for the function TrafficSplitter. Only a caller with the key is answered there. What it sends is either a request that
/// it has assigned, or one with which the router is to do all that it does for a client of its own.</summary>
internal sealed class SplitPort(RouterSettings settings, IServer server, TimeProvider time, ILogger<SplitPort> logger)
{
    private static readonly TimeSpan BetweenLogs = TimeSpan.FromMinutes(1);

    private readonly FurtherAddresses addresses = new(server, settings.Urls, settings.SplitUrls);
    private readonly byte[] key = HashOf(settings.SplitKey ?? "");
    private readonly IPNetwork? sources = settings.SplitSources is { } range ? IPNetwork.Parse(range) : null;
    private long lastLog = -1;

    /// <summary>Adds the port's rules. They come before all other paths, because each request to this port needs the key.</summary>
    /// <param name="app">The host.</param>
    /// <param name="answer">Answers a request to a model's path, with what the function says about it, or null.</param>
    internal static void Map(WebApplication app, Func<HttpContext, string, SplitCall?, Task> answer)
    {
        var port = app.Services.GetRequiredService<SplitPort>();
        var time = app.Services.GetRequiredService<TimeProvider>();
        app.Use(next => context =>
        {
            if (!port.addresses.Include(context))
                return next(context);
            if (!port.Admits(context.Request))
            {
                OwnAnswers.Identify(context, time);
                return SplitProblems.NoKey.WriteAsync(
                    context, $"This port needs the key of the function TrafficSplitter in {SplitHeaders.Key}");
            }

            return context.Request.Path.Value?.StartsWith(InferencePaths.Models, StringComparison.Ordinal) == true
                ? AnswerAsync(context, answer)
                : next(context);
        });
    }

    /// <summary>Closes a connection to this port that does not come from the function's addresses.</summary>
    internal static void Guard(ListenOptions listen) => listen.Use((ConnectionDelegate next) =>
    {
        // Here, the server exists, which the port needs.
        var port = listen.ApplicationServices.GetRequiredService<SplitPort>();
        return connection => port.IsForeign(connection) ? Task.CompletedTask : next(connection);
    });

    /// <summary>Adds to the answer what the function needs to count the attempt, and to make a retry.</summary>
    internal static void Describe(HttpContext context, ulong clientHash, TimeSpan attemptLimit)
    {
        var headers = context.Response.Headers;
        headers[SplitHeaders.Client] = clientHash.ToString("x16", CultureInfo.InvariantCulture);
        headers[SplitHeaders.AttemptLimit] = Math.Max(1, (long)attemptLimit.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Adds to the answer why no attempt was made.</summary>
    internal static void Describe(HttpContext context, Problem problem) =>
        context.Response.Headers[SplitHeaders.Result] = problem == SplitProblems.OutdatedAssignment ? SplitResults.Outdated
            : problem == SplitProblems.NoRetryBudget ? SplitResults.NoBudget
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

    // A server that listens on all addresses sees those of IPv4 in the form of IPv6.
    internal static bool IsIn(IPNetwork range, IPAddress address) =>
        range.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private bool IsForeign(ConnectionContext connection)
    {
        if (sources is not { } range || !addresses.Include(connection.LocalEndPoint)
            || connection.RemoteEndPoint is not IPEndPoint { Address: var address })
            return false;
        if (IsIn(range, address))
            return false;
        var (now, last) = (time.GetTimestamp(), Volatile.Read(ref lastLog));
        if ((last < 0 || time.GetElapsedTime(last, now) >= BetweenLogs) && Interlocked.CompareExchange(ref lastLog, now, last) == last)
            SplitLog.ForeignSource(logger, address, range);
        return true;
    }

    private bool Admits(HttpRequest request) =>
        request.Headers[SplitHeaders.Key] is [{ } given] && CryptographicOperations.FixedTimeEquals(HashOf(given), key);

    private static async Task AnswerAsync(HttpContext context, Func<HttpContext, string, SplitCall?, Task> answer)
    {
        var path = context.Request.Path.Value!;
        if (context.Request.Headers[SplitHeaders.Call].Count == 0)
        {
            await answer(context, path, null);
        }
        else if (SplitCall.Read(context.Request) is { } split)
        {
            await answer(context, path, split);
        }
        else
        {
            context.Response.Headers[SplitHeaders.Result] = SplitResults.Refused;
            await Problems.BadRequest.WriteAsync(context, "The headers of an assigned request are missing or wrong");
        }
    }

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
