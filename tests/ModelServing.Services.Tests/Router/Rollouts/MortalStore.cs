using System.Runtime.CompilerServices;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;

namespace ModelServing.Services.Tests.Router.Rollouts;

/// <summary>A journal store that a test can make unavailable, or make hang.</summary>
internal sealed class MortalStore(IJournalStore store) : IJournalStore
{
    private volatile bool isUnavailable;
    private volatile bool hangs;
    private volatile bool refusesPuts;

    public string Location => store.Location;

    internal bool IsUnavailable
    {
        get => isUnavailable;
        set => isUnavailable = value;
    }

    internal bool Hangs
    {
        get => hangs;
        set => hangs = value;
    }

    /// <summary>Whether events can be read, but not written.</summary>
    internal bool RefusesPuts
    {
        get => refusesPuts;
        set => refusesPuts = value;
    }

    public async IAsyncEnumerable<JournalEvent> ReadAsync(
        ModelName model,
        long after,
        long last,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await MeetAsync();
        await foreach (var read in store.ReadAsync(model, after, last, cancellationToken))
            yield return read;
    }

    public async Task<bool> PutIfAbsentAsync(JournalEvent added, CancellationToken cancellationToken)
    {
        await MeetAsync();
        if (refusesPuts)
            throw new JournalException(JournalError.Unavailable, "the test made it refuse");
        return await store.PutIfAbsentAsync(added, cancellationToken);
    }

    public async IAsyncEnumerable<ChangeRow> ReadChangesAsync(
        long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await MeetAsync();
        await foreach (var read in store.ReadChangesAsync(after, cancellationToken))
            yield return read;
    }

    public async Task<bool> PutChangeAsync(ChangeRow change, CancellationToken cancellationToken)
    {
        await MeetAsync();
        return await store.PutChangeAsync(change, cancellationToken);
    }

    // Ignores the token, as a hanging store does.
    private Task MeetAsync() => hangs ? new TaskCompletionSource().Task
        : isUnavailable ? Task.FromException(new JournalException(JournalError.Unavailable, "the test made it unavailable"))
        : Task.CompletedTask;
}
