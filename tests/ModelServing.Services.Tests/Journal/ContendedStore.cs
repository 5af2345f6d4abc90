using System.Runtime.CompilerServices;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;

namespace ModelServing.Services.Tests.Journal;

/// <summary>A store that provokes conflicts: all writers wait for each other after their first read, and each read is followed by a
/// pause.</summary>
internal sealed class ContendedStore(IJournalStore store, Meeting meeting) : IJournalStore
{
    private bool hasMet;

    public string Location => store.Location;

    public async IAsyncEnumerable<JournalEvent> ReadAsync(
        ModelName model,
        long after,
        long last,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var read in store.ReadAsync(model, after, last, cancellationToken))
            yield return read;
        if (!hasMet)
            await meeting.ComeAsync();
        hasMet = true;
        await Task.Delay(Random.Shared.Next(3), cancellationToken);
    }

    public Task<bool> PutIfAbsentAsync(JournalEvent added, CancellationToken cancellationToken) =>
        store.PutIfAbsentAsync(added, cancellationToken);

    public IAsyncEnumerable<ChangeRow> ReadChangesAsync(long after, CancellationToken cancellationToken) =>
        store.ReadChangesAsync(after, cancellationToken);

    public Task<bool> PutChangeAsync(ChangeRow change, CancellationToken cancellationToken) =>
        store.PutChangeAsync(change, cancellationToken);
}
