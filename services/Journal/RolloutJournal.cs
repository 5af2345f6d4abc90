using System.Collections.Concurrent;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Journal;

/// <summary>
/// The journal of an environment: reads a model's events in their order, and appends one so that each fact stands there once, however many
/// programs say it at the same time. It may be used by any number of callers at once.
/// </summary>
/// <remarks>
/// Appending:
/// <code>
/// 1 read     what came after the events that are known
/// 2 stop     where the same fact stands
/// 3 put      under the next number, if nobody took it
/// 4 again    from 1 when somebody did, or when no answer came: the event may stand there, and is found by its fact or its identifier
/// </code>
/// A put without an answer can't come true later and beside another: it has its own number, and 3 of the next round either puts the same
/// event under it or finds it taken.
/// </remarks>
public sealed class RolloutJournal
{
    private readonly IJournalStore store;
    private readonly JournalLimits limits;
    private readonly TimeProvider time;
    // As many as an environment has models.
    private readonly ConcurrentDictionary<ModelName, Known> known = new();

    /// <summary>A journal in a store.</summary>
    public RolloutJournal(IJournalStore store, JournalLimits? limits = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        this.store = store;
        this.limits = limits ?? new JournalLimits();
        this.time = time ?? TimeProvider.System;
    }

    /// <summary>Where it is, as it is set and shown.</summary>
    public string Location => store.Location;

    /// <summary>The events of a model whose number is above <paramref name="after"/>, in order and without a gap.</summary>
    /// <exception cref="JournalException">The journal can't be read, or an event is missing in it.</exception>
    public async Task<IReadOnlyList<JournalEvent>> ReadAsync(ModelName model, long after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        return await InTimeAsync(token => ReadUnlimitedAsync(model, after, token), mayBeDone: false, cancellationToken);
    }

    private async Task<IReadOnlyList<JournalEvent>> ReadUnlimitedAsync(ModelName model, long after, CancellationToken cancellationToken)
    {
        // Pages are read one after another, so an event may be seen whose predecessor came behind the page that should have had it: once
        // more finds both. What is missing then is gone.
        for (var last = false; ; last = true)
        {
            var events = new List<JournalEvent>();
            await foreach (var read in store.ReadAsync(model, after, cancellationToken))
                events.Add(read);
            events.Sort(static (one, other) => one.Seq.CompareTo(other.Seq));
            if (GapIn(events, after) is not { } missing)
                return events;
            if (last)
                throw new JournalException(JournalError.Damaged, $"the journal {Location} has no event {missing} of {model}, and has {events[^1].Seq}");
        }
    }

    /// <summary>Appends an event, unless its fact stands in the journal already. Called again with the same event after a failure, it does
    /// not write it twice.</summary>
    /// <param name="added">The event; its <see cref="JournalEvent.Seq"/> is not looked at.</param>
    /// <param name="cancellationToken">Gives up. The event may stand in the journal all the same.</param>
    /// <exception cref="JournalException">The journal can't be read or written.</exception>
    /// <exception cref="ContractException">The event breaks a rule of its kind.</exception>
    public async Task<Appended> AppendAsync(JournalEvent added, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(added);
        _ = (added with { Seq = long.MaxValue }).ToUtf8();
        return await InTimeAsync(token => AppendUnlimitedAsync(added, token), mayBeDone: true, cancellationToken);
    }

    private async Task<Appended> AppendUnlimitedAsync(JournalEvent added, CancellationToken cancellationToken)
    {
        var fact = JournalFact.From(added);
        var of = known.GetOrAdd(added.Model, static _ => new Known());
        await of.Turn.WaitAsync(cancellationToken);
        try
        {
            JournalException? lost = null;
            for (var tried = 0; tried < limits.Tries; tried++)
            {
                if (tried > 0)
                    await Task.Delay(DelayAfter(tried), time, cancellationToken);
                // 1
                foreach (var read in await ReadUnlimitedAsync(added.Model, of.Facts.LastSeq, cancellationToken))
                    of.Facts.Add(read);
                // 2
                if (of.Facts.Find(fact) is { } standing)
                    return new Appended(standing.Seq, standing.Id == added.Id);
                // 3
                var next = added with { Seq = of.Facts.LastSeq + 1 };
                try
                {
                    if (await store.PutIfAbsentAsync(next, cancellationToken))
                    {
                        of.Facts.Add(next);
                        return new Appended(next.Seq, IsOurs: true);
                    }

                    lost = null;
                }
                catch (JournalException e) when (e.MayBeDone)
                {
                    // 4
                    lost = e;
                }
            }

            throw new JournalException(
                JournalError.Unavailable,
                lost is null
                    ? $"the event {added.Kind} of {added.Model} lost its number to other writers {limits.Tries} times in the journal {Location}"
                    : $"the event {added.Kind} of {added.Model} may not stand in the journal {Location}: {lost.Message}",
                lost,
                mayBeDone: lost is not null);
        }
        finally
        {
            of.Turn.Release();
        }
    }

    // A store that ignores the token is abandoned. Its append may succeed later all the same; the next append of the event finds it.
    private async Task<T> InTimeAsync<T>(Func<CancellationToken, Task<T>> operation, bool mayBeDone, CancellationToken cancellationToken)
    {
        if (limits.Answer == Timeout.InfiniteTimeSpan)
            return await operation(cancellationToken);
        try
        {
            return await TimeLimit.RunAsync(operation, limits.Answer, time, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new JournalException(
                JournalError.Unavailable, $"the journal {Location} did not answer within {limits.Answer.TotalSeconds:0.#} s", e, mayBeDone);
        }
    }

    private static long? GapIn(List<JournalEvent> sorted, long after)
    {
        for (var i = 0; i < sorted.Count; i++)
        {
            if (sorted[i].Seq != after + 1 + i)
                return after + 1 + i;
        }

        return null;
    }

    private TimeSpan DelayAfter(int tried) => new Backoff(limits.FirstDelay, limits.LongestDelay).After(tried) * Random.Shared.NextDouble();

    private sealed class Known
    {
        // One writer of a model at a time in this process: they would only take each other's numbers.
        internal SemaphoreSlim Turn { get; } = new(1, 1);

        internal KnownFacts Facts { get; } = new();
    }
}
