using System.Buffers;
using System.Diagnostics;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;

namespace ModelServing.Bench.Features;

/// <summary>Measures the engine on one thread: 1,000 cards, whose events come in turn.</summary>
/// <param name="rounds">How many rounds are measured, after one that is not.</param>
/// <param name="eventsPerCard">How many events each card has.</param>
internal sealed class EngineBench(int rounds, int eventsPerCard)
{
    private const int Cards = 1_000;

    private readonly FeatureEngine engine = new(BenchView.Create());

    internal EngineReport Run(CancellationToken cancellation)
    {
        var events = Enumerable.Range(0, Cards).Select(card => BenchView.Events(card, eventsPerCard)).ToArray();
        var measured = new List<EngineRound>();
        for (var round = 0; round <= rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            var figures = Measure(events);
            if (round > 0)
                measured.Add(figures);
        }

        return new EngineReport(engine.Outputs.Count, engine.MaxStateBytes, measured);
    }

    private EngineRound Measure(FeatureEvent[][] events)
    {
        var states = Enumerable.Range(0, Cards).Select(_ => engine.CreateState()).ToArray();
        var total = (double)Cards * eventsPerCard;

        // As a replay does it: the states stay decoded.
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < eventsPerCard; i++)
        {
            for (var card = 0; card < Cards; card++)
                Apply(states[card], events[card][i], i + 1);
        }

        var applied = total / Stopwatch.GetElapsedTime(started).TotalSeconds;
        var stored = states.Select(engine.Encode).ToArray();

        // As the store does it: a state is decoded and encoded for each event.
        var reused = engine.CreateState();
        var buffer = new ArrayBufferWriter<byte>(engine.MaxStateBytes);
        started = Stopwatch.GetTimestamp();
        for (var card = 0; card < Cards; card++)
        {
            engine.Decode(stored[card], reused);
            var next = events[card][^1];
            Apply(reused, new FeatureEvent
            {
                Source = next.Source,
                Id = "next",
                Time = next.Time,
                KnownTime = next.Time,
                Fields = next.Fields,
            }, eventsPerCard + 1);
            buffer.ResetWrittenCount();
            engine.Encode(reused, buffer);
        }

        var updated = Cards / Stopwatch.GetElapsedTime(started).TotalSeconds;

        var values = new FeatureValue[engine.Outputs.Count];
        started = Stopwatch.GetTimestamp();
        for (var card = 0; card < Cards; card++)
            engine.Finalise(states[card], states[card].Watermark!.Value, [], values);
        var finalise = Stopwatch.GetElapsedTime(started) / Cards;

        started = Stopwatch.GetTimestamp();
        for (var card = 0; card < Cards; card++)
            engine.Finalise(engine.Decode(stored[card], reused), states[card].Watermark!.Value, [], values);
        var read = Stopwatch.GetElapsedTime(started) / Cards;
        return new EngineRound(applied, updated, finalise.TotalMicroseconds, read.TotalMicroseconds, stored.Average(static one => one.Length));
    }

    private void Apply(EntityState state, FeatureEvent one, long sequence)
    {
        if (engine.Apply(state, one, sequence) is var outcome and not ApplyOutcome.Applied)
            throw new BenchException($"the event {one.Id} was not applied: {outcome}");
    }
}
