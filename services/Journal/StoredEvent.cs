using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Journal;

/// <summary>Reads the entry of a store under a model and a number.</summary>
public static class StoredEvent
{
    /// <param name="location">The store, for the message.</param>
    /// <param name="model">The entry's model.</param>
    /// <param name="seq">The entry's number.</param>
    /// <param name="utf8">The event's JSON.</param>
    /// <exception cref="JournalException">This program cannot read the event, or it names another model or number.</exception>
    public static JournalEvent Read(string location, ModelName model, long seq, ReadOnlySpan<byte> utf8)
    {
        try
        {
            var read = JournalEvent.Parse(utf8);
            return read.Model == model && read.Seq == seq
                ? read
                : throw new ContractException($"the event names itself event {read.Seq} of {read.Model}");
        }
        catch (ContractException e)
        {
            throw new JournalException(
                JournalError.Damaged,
                $"event {seq} of {model} in the journal {location} can't be read: {e.Message}",
                e);
        }
    }
}
