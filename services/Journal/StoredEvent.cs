using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Journal;

/// <summary>Reads what a store holds under a model and a number.</summary>
public static class StoredEvent
{
    /// <summary>The event.</summary>
    /// <param name="location">The store, for the message.</param>
    /// <param name="model">The model that it stands under.</param>
    /// <param name="seq">The number that it stands under.</param>
    /// <param name="utf8">The event's JSON.</param>
    /// <exception cref="JournalException">It is no event that this program can read, or another model's or number's.</exception>
    public static JournalEvent Read(string location, ModelName model, long seq, ReadOnlySpan<byte> utf8)
    {
        try
        {
            var read = JournalEvent.Parse(utf8);
            return read.Model == model && read.Seq == seq
                ? read
                : throw new ContractException($"the event says that it is event {read.Seq} of {read.Model}");
        }
        catch (ContractException e)
        {
            throw new JournalException(JournalError.Damaged, $"event {seq} of {model} in the journal {location} can't be read: {e.Message}", e);
        }
    }
}
