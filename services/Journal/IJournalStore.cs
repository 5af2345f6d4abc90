using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Journal;

/// <summary>Stores the events of an environment's journal. Any number of programs use a store at once; the store alone decides which event
/// gets a number. <see cref="RolloutJournal"/> appends events.</summary>
public interface IJournalStore
{
    /// <summary>The store's address, as in settings and messages.</summary>
    string Location { get; }

    /// <summary>Reads the events of a model with a number above <paramref name="after"/> and up to <paramref name="last"/>, including every
    /// event whose put was answered before this call. They come in pages and in any order.</summary>
    /// <exception cref="JournalException">The store can't be read, or holds an entry that is not an event.</exception>
    IAsyncEnumerable<JournalEvent> ReadAsync(ModelName model, long after, long last, CancellationToken cancellationToken);

    /// <summary>Reads the changes of all models with a number above <paramref name="after"/>, in pages and in any order.</summary>
    /// <exception cref="JournalException">The store can't be read, or holds an entry that is not a change.</exception>
    IAsyncEnumerable<ChangeRow> ReadChangesAsync(long after, CancellationToken cancellationToken);

    /// <summary>Puts a change, and keeps it for <see cref="ChangeRow.Kept"/>. False if its number is taken.</summary>
    /// <exception cref="JournalException">The put failed.</exception>
    Task<bool> PutChangeAsync(ChangeRow change, CancellationToken cancellationToken);

    /// <summary>Puts an event under its model and number. False if the number is taken, even by this very event (a retry whose first
    /// response was lost).</summary>
    /// <exception cref="JournalException">The put failed; <see cref="JournalException.MayBeDone"/> says whether it may have succeeded all
    /// the same.</exception>
    Task<bool> PutIfAbsentAsync(JournalEvent added, CancellationToken cancellationToken);
}
