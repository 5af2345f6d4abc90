using System.Globalization;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Predictions;
using ModelServing.Contracts.Reliability;
using ModelServing.Predictions;
using ModelServing.Predictions.Reading;
using ModelServing.Router.Errors;

namespace ModelServing.Router.Admin;

/// <summary>The part of the admin API that reads predictions.</summary>
internal sealed class PredictionsApi(TimeProvider time, IPredictionStore? store = null)
{
    /// <summary>The most requests in flight. Each of them holds a page of a few megabytes.</summary>
    internal const int MostInFlight = 4;

    /// <summary>How long the store may take.</summary>
    internal static readonly TimeSpan StoreLimit = TimeSpan.FromSeconds(20);

    private const int DefaultLimit = 100;

    private static readonly TimeSpan DefaultRange = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private static readonly string[] Parameters = ["model", "since", "until", "limit", AdminPaths.CursorParameter];

    private readonly PredictionReader? reader = store is null ? null : new PredictionReader(store, time);
    private int inFlight;

    internal static bool Serves(string path) =>
        path == AdminPaths.Predictions || path.StartsWith(AdminPaths.Predictions + "/", StringComparison.Ordinal);

    /// <exception cref="ContractException">The request is wrong.</exception>
    internal async Task AnswerAsync(HttpContext context, string path)
    {
        if (!await AdminAnswers.HasMethodAsync(context, HttpMethods.Get))
            return;
        if (reader is null)
        {
            await Problems.NoPredictionLog.WriteAsync(context, "This platform has no prediction log");
            return;
        }

        if (Interlocked.Increment(ref inFlight) > MostInFlight)
        {
            Interlocked.Decrement(ref inFlight);
            await Problems.PredictionsBusy.WriteAsync(
                context, $"{MostInFlight} requests read predictions already", retryAfter: RetryAfter);
            return;
        }

        using var limit = new TimeLimit(StoreLimit, time, context.RequestAborted);
        try
        {
            // Not on this thread, which serves sockets.
            await Task.Run(
                () => path == AdminPaths.Predictions
                    ? WritePageAsync(context, reader, limit.Token)
                    : WriteOneAsync(context, reader, path[(AdminPaths.Predictions.Length + 1)..], limit.Token),
                CancellationToken.None);
        }
        catch (OperationCanceledException) when (limit.IsOver && !context.Response.HasStarted)
        {
            await Problems.PredictionsUnavailable.WriteAsync(
                context,
                $"{store!.Location} did not answer within {StoreLimit.TotalSeconds} s; a shorter range may be faster",
                retryAfter: RetryAfter);
        }
        catch (PredictionStoreException e)
        {
            var problem = e.Error switch
            {
                PredictionStoreError.Throttled => Problems.PredictionsThrottled,
                PredictionStoreError.Unavailable => Problems.PredictionsUnavailable,
                _ => Problems.Internal,
            };
            await problem.WriteAsync(context, e.Message, retryAfter: e.Error == PredictionStoreError.Refused ? null : RetryAfter);
        }
        finally
        {
            Interlocked.Decrement(ref inFlight);
        }
    }

    private async Task WritePageAsync(HttpContext context, PredictionReader reader, CancellationToken cancellation)
    {
        var page = await reader.ReadAsync(Read(context.Request.Query), cancellation).WaitAsync(cancellation);
        await AdminAnswers.WriteAsync(context, page.ToUtf8());
    }

    private static async Task WriteOneAsync(HttpContext context, PredictionReader reader, string text, CancellationToken cancellation)
    {
        if (!RequestIds.TryParse(text, out var id))
            throw new ContractException($"the path names '{RequestIds.Shortened(text)}'; it must be {RequestIds.Form}");
        if (await reader.FindAsync(id, cancellation).WaitAsync(cancellation) is { } found)
        {
            await AdminAnswers.WriteAsync(context, found.ToUtf8());
            return;
        }

        var outcome = await reader.FindOutcomeAsync(id, cancellation).WaitAsync(cancellation);
        await Problems.UnknownPrediction.WriteAsync(
            context,
            $"There is no record of {id} in the store. A record may still be on its way, may not have been sampled, or may be older than "
                + $"the log keeps them" + (outcome is null ? "" : $". Its outcome is stored: {outcome.Value}"));
    }

    private PredictionQuery Read(IQueryCollection query)
    {
        foreach (var (name, values) in query)
        {
            if (!Parameters.Contains(name))
                throw new ContractException($"the parameter '{name}' is unknown; the parameters are {string.Join(", ", Parameters)}");
            if (values.Count != 1)
                throw new ContractException($"'{name}' is there {values.Count} times");
        }

        if (!ModelName.TryParse(query["model"].ToString(), null, out var model))
            throw new ContractException($"'model' is '{query["model"]}'; it must be a model's name: {ModelName.Form}");
        var until = TimeOf(query, "until") ?? time.GetUtcNow();
        var since = TimeOf(query, "since") ?? until - DefaultRange;
        if (since >= until)
            throw new ContractException($"'since' is {IsoTime.Write(since)}; it must be before 'until', {IsoTime.Write(until)}");
        return new PredictionQuery(model, since, until, LimitOf(query), PositionOf(query));
    }

    private static DateTimeOffset? TimeOf(IQueryCollection query, string name) =>
        query[name].ToString() is not { Length: > 0 } text ? null
        : IsoTime.TryParse(text, out var time) ? time
        : throw new ContractException($"'{name}' is '{text}'; it must be {IsoTime.Form}");

    private static int LimitOf(IQueryCollection query) =>
        query["limit"].ToString() is not { Length: > 0 } text ? DefaultLimit
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is > 0 and <= PredictionsPage.Most
            ? limit
        : throw new ContractException($"'limit' is '{text}'; it must be a whole number from 1 to {PredictionsPage.Most}");

    private static PredictionPosition? PositionOf(IQueryCollection query) =>
        query[AdminPaths.CursorParameter].ToString() is not { Length: > 0 } text ? null
        : PredictionPosition.TryParse(text, out var position) ? position
        : throw new ContractException($"'{AdminPaths.CursorParameter}' is '{text}'; it must be the 'next' of a page");
}
