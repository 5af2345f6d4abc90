using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;

namespace ModelServing.Services.Tests.Journal;

/// <summary>An in-memory store that a test can make fail.</summary>
internal sealed class FakeJournalStore : IJournalStore
{
    private readonly SortedDictionary<(ModelName, long), JournalEvent> events = [];
    private readonly ConcurrentDictionary<long, ChangeRow> changes = new();
    private readonly ConcurrentQueue<ModelName> asked = new();

    public string Location => "fake:";

    internal IReadOnlyList<JournalEvent> Events => [.. events.Values];

    /// <summary>The model of each read of events.</summary>
    internal IReadOnlyCollection<ModelName> Asked => asked;

    /// <summary>Runs before a put.</summary>
    internal Action<JournalEvent>? Putting { get; set; }

    /// <summary>Runs after a put, whether it succeeded or not.</summary>
    internal Action<JournalEvent>? Put { get; set; }

    /// <summary>Runs before each read.</summary>
    internal Action? Reading { get; set; }

    /// <summary>Runs before a change is put.</summary>
    internal Action<ChangeRow>? PuttingChange { get; set; }

    /// <summary>Runs before the changes are read.</summary>
    internal Action? ReadingChanges { get; set; }

    /// <summary>Changes the result of a read.</summary>
    internal Func<IEnumerable<JournalEvent>, IEnumerable<JournalEvent>>? Read { get; set; }

    internal int Puts { get; private set; }

    internal static JournalException Lost() => new(JournalError.Unavailable, "no answer came", mayBeDone: true);

    internal void Add(params IEnumerable<JournalEvent> added)
    {
        foreach (var each in added)
            events.Add((each.Model, each.Seq), each);
    }

    public async IAsyncEnumerable<JournalEvent> ReadAsync(
        ModelName model,
        long after,
        long last,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        asked.Enqueue(model);
        Reading?.Invoke();
        var found = events.Values.Where(each => each.Model == model && each.Seq > after && each.Seq <= last);
        foreach (var each in (Read?.Invoke(found) ?? found).ToList())
            yield return each;
    }

    public async Task<bool> PutIfAbsentAsync(JournalEvent added, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Puts++;
        Putting?.Invoke(added);
        var done = events.TryAdd((added.Model, added.Seq), added);
        Put?.Invoke(added);
        return done;
    }

    public async IAsyncEnumerable<ChangeRow> ReadChangesAsync(
        long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        ReadingChanges?.Invoke();
        foreach (var change in changes.Values.Where(change => change.Number > after))
            yield return change;
    }

    public async Task<bool> PutChangeAsync(ChangeRow change, CancellationToken cancellationToken)
    {
        await Task.Yield();
        PuttingChange?.Invoke(change);
        return changes.TryAdd(change.Number, change);
    }
}
