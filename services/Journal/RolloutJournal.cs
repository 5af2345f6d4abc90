using System.Collections.Concurrent;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Journal;

/// <summary>
/// The journal of an environment. It reads a model's events in their order, and appends events so that each fact is recorded once, however
/// many programs report it at the same time. Thread-safe.
/// </summary>
/// <remarks>
/// Appending:
/// <code>
/// 1 read     the events after those that are known
/// 2 stop     if the fact is recorded already, or if the writer of a rollout event did not know the last rollout
/// 3 change   say that the model changes, so that readers find the event even if this program ends after step 4
/// 4 put      under the next number, if it is free
/// 5 again    from 1 if it was taken, or if no answer came: the event may be there, and is found by its fact or its identifier
/// </code>
/// A put without an answer can't take effect later beside another event: it has its own number, and step 4 of the next round either puts
/// the same event under that number or finds it taken.
/// </remarks>
public sealed class RolloutJournal
{
    private readonly IJournalStore store;
    private readonly JournalLimits limits;
    private readonly TimeProvider time;

    // One entry per model of the environment.
    private readonly ConcurrentDictionary<ModelName, Known> facts = new();

    public RolloutJournal(IJournalStore store, JournalLimits? limits = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        this.store = store;
        this.limits = limits ?? new JournalLimits();
        this.time = time ?? TimeProvider.System;
    }

    /// <summary>The journal's address, as in settings and messages.</summary>
    public string Location => store.Location;

    /// <summary>Reads the events of a model with a number above <paramref name="after"/>, in order and without a gap.</summary>
    /// <exception cref="JournalException">The journal can't be read, or an event is missing.</exception>
    public async Task<IReadOnlyList<JournalEvent>> ReadAsync(ModelName model, long after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        return await InTimeAsync(token => ReadUnlimitedAsync(model, after, long.MaxValue, token), mayBeDone: false, cancellationToken);
    }

    /// <summary>Reads the next events of a model with a number above <paramref name="after"/>, at most <paramref name="most"/>.</summary>
    /// <exception cref="JournalException">The journal can't be read, or an event is missing.</exception>
    public async Task<IReadOnlyList<JournalEvent>> ReadPageAsync(
        ModelName model, long after, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        var last = after > long.MaxValue - most ? long.MaxValue : after + most;
        return await InTimeAsync(token => ReadUnlimitedAsync(model, after, last, token), mayBeDone: false, cancellationToken);
    }

    /// <summary>Reads which models have changed, and up to which event, since a time. Of an event that is appended during this call, the
    /// change may be read before the event can be; so each change is read again for <see cref="JournalLimits.Settled"/>.</summary>
    /// <param name="since">When the caller read the changes before.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <exception cref="JournalException">The journal can't be read, or has a row that is not a change.</exception>
    public async Task<IReadOnlyDictionary<ModelName, long>> ReadChangesAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        await InTimeAsync(
            async token =>
            {
                var changes = new Dictionary<ModelName, long>();
                await foreach (var change in store.ReadChangesAsync(ChangeRow.NumberAt(since - JournalLimits.Settled), token))
                    changes[change.Model] = Math.Max(change.Seq, changes.GetValueOrDefault(change.Model));
                return changes;
            },
            mayBeDone: false,
            cancellationToken);

    /// <summary>Says that the journal of a model may have changed up to an event.</summary>
    /// <exception cref="JournalException">The journal can't be written.</exception>
    internal async Task PutChangeAsync(ModelName model, long seq, CancellationToken cancellationToken)
    {
        var number = ChangeRow.NumberAt(time.GetUtcNow());
        // Another writer may have used the same microsecond.
        for (var tried = 0; tried < limits.Tries; tried++)
        {
            try
            {
                if (await store.PutChangeAsync(new ChangeRow(number + tried, model, seq), cancellationToken))
                    return;
            }
            catch (JournalException e) when (e.MayBeDone)
            {
                // Probably it is. If not, readers find the event in their turns.
                return;
            }
        }

        throw new JournalException(
            JournalError.Unavailable,
            $"a change of {model} lost its number to other writers {limits.Tries} times in the journal {Location}");
    }

    /// <summary>Appends an event, unless its fact is recorded already. A second call with the same event after a failure does not write it
    /// twice.</summary>
    /// <param name="added">The event; its <see cref="JournalEvent.Seq"/> is ignored.</param>
    /// <param name="cancellationToken">Cancels the append. The event may be in the journal all the same.</param>
    /// <exception cref="JournalException">The journal can't be read or written.</exception>
    /// <exception cref="ContractException">The event breaks a rule of its kind.</exception>
    public async Task<Appended> AppendAsync(JournalEvent added, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(added);
        return (await AppendInTimeAsync(added, known: long.MaxValue, cancellationToken))!;
    }

    /// <summary>Appends a rollout event, unless the journal has a rollout event that its writer did not know. Then the writer must read
    /// the journal and decide again: another program may have recorded this rollout, and the one after it.</summary>
    /// <param name="added">The event; its <see cref="JournalEvent.Seq"/> is ignored.</param>
    /// <param name="known">The number of the last event that the writer knew.</param>
    /// <param name="cancellationToken">Cancels the append. The event may be in the journal all the same.</param>
    /// <returns>Null if another rollout came after <paramref name="known"/>.</returns>
    /// <exception cref="JournalException">The journal can't be read or written.</exception>
    /// <exception cref="ContractException">The event breaks a rule of its kind.</exception>
    public async Task<Appended?> AppendRolloutAsync(RolloutEvent added, long known, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(added);
        ArgumentOutOfRangeException.ThrowIfNegative(known);
        return await AppendInTimeAsync(added, known, cancellationToken);
    }

    private Task<Appended?> AppendInTimeAsync(JournalEvent added, long known, CancellationToken cancellationToken)
    {
        _ = (added with { Seq = long.MaxValue }).ToUtf8();
        return InTimeAsync(token => AppendUnlimitedAsync(added, known, token), mayBeDone: true, cancellationToken);
    }

    private async Task<IReadOnlyList<JournalEvent>> ReadUnlimitedAsync(
        ModelName model, long after, long upTo, CancellationToken cancellationToken)
    {
        // Pages are read one after another, so an event may appear whose predecessor was put after its page was read. A second read finds
        // both. An event that is still missing is lost.
        for (var last = false; ; last = true)
        {
            var events = new List<JournalEvent>();
            await foreach (var read in store.ReadAsync(model, after, upTo, cancellationToken))
                events.Add(read);
            events.Sort(static (one, other) => one.Seq.CompareTo(other.Seq));
            if (GapIn(events, after) is not { } missing)
                return events;
            if (last)
                throw new JournalException(
                    JournalError.Damaged,
                    $"the journal {Location} has no event {missing} of {model}, but has event {events[^1].Seq}");
        }
    }

    private async Task<Appended?> AppendUnlimitedAsync(JournalEvent added, long known, CancellationToken cancellationToken)
    {
        var fact = JournalFact.From(added);
        var ofModel = facts.GetOrAdd(added.Model, static _ => new Known());
        await ofModel.Turn.WaitAsync(cancellationToken);
        try
        {
            JournalException? lost = null;
            for (var tried = 0; tried < limits.Tries; tried++)
            {
                if (tried > 0)
                    await Task.Delay(DelayAfter(tried), time, cancellationToken);
                // 1
                foreach (var read in await ReadUnlimitedAsync(
                    added.Model, ofModel.Facts.LastSeq, long.MaxValue, cancellationToken))
                    ofModel.Facts.Add(read);
                // 2
                if (ofModel.Facts.Find(fact) is { } recorded)
                    return new Appended(recorded.Seq, recorded.Id == added.Id);
                if (ofModel.Facts.LastRolloutSeq > known)
                    return null;
                // 3
                var next = added with { Seq = ofModel.Facts.LastSeq + 1 };
                await PutChangeAsync(added.Model, next.Seq, cancellationToken);
                // 4
                try
                {
                    if (await store.PutIfAbsentAsync(next, cancellationToken))
                    {
                        ofModel.Facts.Add(next);
                        return new Appended(next.Seq, IsOurs: true);
                    }

                    lost = null;
                }
                catch (JournalException e) when (e.MayBeDone)
                {
                    // 5
                    lost = e;
                }
            }

            throw new JournalException(
                JournalError.Unavailable,
                lost is null
                    ? $"the event {added.Kind} of {added.Model} lost its number to other writers {limits.Tries} times in the journal " +
                        $"{Location}"
                    : $"the event {added.Kind} of {added.Model} may not be in the journal {Location}: {lost.Message}",
                lost,
                mayBeDone: lost is not null);
        }
        finally
        {
            ofModel.Turn.Release();
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
        // One writer per model at a time in this process: parallel writers would only take each other's numbers.
        internal SemaphoreSlim Turn { get; } = new(1, 1);

        internal KnownFacts Facts { get; } = new();
    }
}
