using System.Collections.Concurrent;
using ModelServing.Contracts.Features;

namespace ModelServing.Bench.Soak.Features;

/// <summary>Serves transactions by the whole platform, and computes the features of their predictions again from the event log.</summary>
/// <remarks>
/// <code>
/// 1 start     ms up with two views, and two versions of a model that answers its own input
/// 2 predict   each payment, while the events of those before it are posted: in any order, some late, some twice
/// 3 flush     the cache loses its values; ms features rebuild runs beside the feature server
/// 4 restart   the same while the server does nothing; two parts are rebuilt, and the server is killed and starts again
/// 5 stop      everything is shipped
/// 6 replay    the log, to the sequences in the prediction log; equal bits, or the soak fails
/// </code>
/// </remarks>
/// <param name="transactions">The number of payments.</param>
/// <param name="seed">Decides what is paid, and in which order events are posted.</param>
internal sealed class FeatureSoak(int transactions, int seed)
{
    /// <summary>The fewest transactions with which all of this happens.</summary>
    internal const int Fewest = 200;

    private const int OfRound = 20;
    private const int Callers = 4;
    private const int RoundsBeforeRest = 5;
    private const int Repeated = 3;

    // Garnet did not answer a FLUSHALL after 12,800 transactions, so a longer run has it no later than this one.
    private const int MostRounds = 10_000 / OfRound;

    // An event is posted again while its entity may still know it, or long after that.
    private const int MostRecent = 60;

    private readonly Random random = new(seed);
    private readonly ConcurrentDictionary<string, SoakAnswer> answers = new();
    private readonly List<(FeatureAnswer Answer, double[] Amounts, long AppliedBefore)> reads = [];
    private long applied;

    internal async Task<FeatureReplayReport> RunAsync(CancellationToken cancellation)
    {
        var payments = SoakPayment.Create(transactions, random, TimeProvider.System.GetUtcNow().AddHours(-1));
        // 1
        await using var platform = new FeaturePlatform();
        await platform.StartAsync(cancellation);

        // 2
        var rounds = payments.Chunk(OfRound).ToList();
        var posting = Task.CompletedTask;
        for (var round = 0; round < rounds.Count; round++)
        {
            if (round == Math.Min(rounds.Count, MostRounds) / 10)
                await LoseAsync(platform, rounds[round], cancellation); // 3
            if (round == Math.Min(rounds.Count, MostRounds) * 2 / 5)
            {
                await posting;
                await RestartAsync(platform, rounds[round], cancellation); // 4
            }

            if (round % RoundsBeforeRest == 0)
            {
                await posting;
                applied = await platform.SettleAsync(cancellation);
                reads.Add((await platform.ReadAsync(rounds[round], cancellation), AmountsOf(rounds[round]), applied));
                await LogAsync($"{round * OfRound} of {transactions} predicted, {applied} events applied");
            }

            await PredictAsync(platform, rounds[round], cancellation);
            await posting;
            posting = platform.PostAsync(Shuffled(payments, rounds[round]), cancellation);
        }

        await posting;
        applied = await platform.SettleAsync(cancellation);
        // What was predicted before its event was known, and now after that.
        await PredictAsync(platform, rounds[^1], cancellation);
        // 5
        await platform.StopAsync();
        // 6
        return await new FeatureReplay(platform, answers, reads).RunAsync(cancellation);
    }

    private static double[] AmountsOf(IEnumerable<SoakPayment> payments) => [.. payments.Select(static payment => payment.Amount)];

    private async Task LoseAsync(FeaturePlatform platform, SoakPayment[] round, CancellationToken cancellation)
    {
        await platform.FlushAsync(cancellation);
        // With defaults, until the view is filled.
        await PredictAsync(platform, round, cancellation);
        // Whoever is first, the job or the feature server, the other one goes on with it.
        await LogAsync(await platform.RebuildAsync(shard: null));
    }

    private async Task RestartAsync(FeaturePlatform platform, SoakPayment[] round, CancellationToken cancellation)
    {
        applied = await platform.SettleAsync(cancellation);
        var kill = platform.HaltFeatureServer();
        await platform.FlushAsync(cancellation);
        await PredictAsync(platform, round, cancellation);
        await LogAsync(await platform.RebuildAsync("0/2"));
        var last = await platform.RebuildAsync("1/2");
        await LogAsync(last);
        if (!last.Contains("filled up to event", StringComparison.Ordinal))
            throw new BenchException("the second part did not fill the views");
        kill();
    }

    // One client waits for each answer, as in a shop.
    private async Task PredictAsync(FeaturePlatform platform, SoakPayment[] payments, CancellationToken cancellation) =>
        await Parallel.ForEachAsync(
            payments,
            new ParallelOptions { MaxDegreeOfParallelism = Callers, CancellationToken = cancellation },
            async (payment, token) =>
            {
                var before = applied;
                var (requestId, output) = await platform.PredictAsync(payment, token);
                answers[requestId] = new SoakAnswer(before, output);
            });

    private SoakPayment[] Shuffled(IReadOnlyList<SoakPayment> payments, SoakPayment[] round)
    {
        var last = round[^1].Number;
        SoakPayment[] posted =
        [
            .. round,
            .. Enumerable.Range(0, Repeated).Select(_ => payments[last - random.Next(Math.Min(MostRecent, last))]),
            payments[random.Next(last + 1)],
        ];
        random.Shuffle(posted);
        return posted;
    }

    private static Task LogAsync(string output) => Console.Error.WriteLineAsync(output.Trim());
}
