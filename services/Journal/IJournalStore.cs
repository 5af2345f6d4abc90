using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Journal;

/// <summary>Where the events of an environment's journal are. Any number of programs use one at once; the store alone decides who gets a
/// number. How events are appended is <see cref="RolloutJournal"/>.</summary>
public interface IJournalStore
{
    /// <summary>Where it is, as it is set and shown.</summary>
    string Location { get; }

    /// <summary>The events of a model whose number is above <paramref name="after"/>: every one whose put was answered before this was
    /// called is among them. They come in pages and in any order.</summary>
    /// <exception cref="JournalException">The store can't be read, or holds what is no event.</exception>
    IAsyncEnumerable<JournalEvent> ReadAsync(ModelName model, long after, CancellationToken cancellationToken);

    /// <summary>Puts an event under its model and number; false when that number is taken, be it by this event itself, of which an
    /// earlier try was done and its answer lost.</summary>
    /// <exception cref="JournalException">The store could not; <see cref="JournalException.MayBeDone"/> says whether it may have all the same.</exception>
    Task<bool> PutIfAbsentAsync(JournalEvent added, CancellationToken cancellationToken);
}
