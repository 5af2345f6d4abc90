using System.Buffers;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;

namespace ModelServing.Bench.Features;

/// <summary>Measures the engine on one thread. The events of all cards come in turn. The times are processor times of this process, so that
/// other work on the machine changes them less.</summary>
/// <param name="cards">The number of cards. The states of a few fit the processor's cache, those of many do not.</param>
/// <param name="rounds">How many rounds are measured, after one that is not.</param>
/// <param name="eventsPerCard">How many events each card has.</param>
internal sealed class EngineBench(int cards, int rounds, int eventsPerCard)
{
    private const int Calls = 20_000;

    private readonly FeatureEngine engine = new(BenchView.Create());

    internal EngineReport Run(CancellationToken cancellation)
    {
        var events = Enumerable.Range(0, cards).Select(card => BenchView.Events(card, eventsPerCard)).ToArray();
        var measured = new List<EngineRound>();
        for (var round = 0; round <= rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            var figures = Measure(events);
            if (round > 0)
                measured.Add(figures);
        }

        return new EngineReport(cards, engine.Outputs.Count, engine.MaxStateBytes, measured);
    }

    private EngineRound Measure(FeatureEvent[][] events)
    {
        var states = Enumerable.Range(0, cards).Select(_ => engine.CreateState()).ToArray();

        // As a replay does it: the states stay decoded.
        var applied = SecondsFor(() =>
        {
            for (var i = 0; i < eventsPerCard; i++)
            {
                for (var card = 0; card < cards; card++)
                    Apply(states[card], events[card][i], i + 1);
            }
        });

        // As the store does it: a state is decoded and encoded for each event.
        var stored = states.Select(engine.Encode).ToArray();
        var reused = engine.CreateState();
        var buffer = new ArrayBufferWriter<byte>(engine.MaxStateBytes);
        var next = events.Select(static own => Later(own[^1])).ToArray();
        var updated = SecondsFor(() => ForEachCard(card =>
        {
            engine.Decode(stored[card], reused);
            Apply(reused, next[card], eventsPerCard + 1);
            buffer.ResetWrittenCount();
            engine.Encode(reused, buffer);
        }));

        var values = new FeatureValue[engine.Outputs.Count];
        var finalised = SecondsFor(() => ForEachCard(
            card => engine.Finalise(states[card], states[card].Watermark!.Value, [], values)));
        var read = SecondsFor(() => ForEachCard(
            card => engine.Read(stored[card], states[card].Watermark!.Value, [], values)));
        return new EngineRound(
            cards * eventsPerCard / applied,
            Calls / updated,
            finalised / Calls * 1e6,
            read / Calls * 1e6,
            stored.Average(static one => one.Length));
    }

    private static double SecondsFor(Action action)
    {
        var started = Environment.CpuUsage.TotalTime;
        action();
        return (Environment.CpuUsage.TotalTime - started).TotalSeconds;
    }

    private void ForEachCard(Action<int> action)
    {
        for (var i = 0; i < Calls; i++)
            action(i % cards);
    }

    private static FeatureEvent Later(FeatureEvent one) => new()
    {
        Source = one.Source,
        Id = "later",
        Time = new(one.Time.Microseconds + 1),
        KnownTime = new(one.Time.Microseconds + 1),
        Fields = one.Fields,
    };

    private void Apply(EntityState state, FeatureEvent one, long sequence)
    {
        if (engine.Apply(state, one, sequence) is var outcome and not ApplyOutcome.Applied)
            throw new BenchException($"the event {one.Id} was not applied: {outcome}");
    }
}
