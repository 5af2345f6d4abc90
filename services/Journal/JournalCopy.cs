using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Journal;

namespace ModelServing.Journal;

/// <summary>Writes a journal into a file, and such a file back into a journal. The file has one event a line, as JSON, in order, one model
/// after the other.</summary>
public static class JournalCopy
{
    /// <summary>The longest line, in bytes.</summary>
    public const int LongestLine = 1024 * 1024;

    /// <summary>The most events of a file.</summary>
    public const int MostEvents = 1_000_000;

    /// <summary>Writes all events of <paramref name="models"/>.</summary>
    /// <returns>The number of events.</returns>
    /// <exception cref="JournalException">The journal can't be read, or an event is missing.</exception>
    public static async Task<long> WriteAsync(
        IJournalStore store, IReadOnlyList<ModelName> models, Stream output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(output);
        var journal = new RolloutJournal(store);
        var count = 0L;
        foreach (var model in models)
        {
            foreach (var each in await journal.ReadAsync(model, 0, cancellationToken))
            {
                await output.WriteAsync(each.ToUtf8(), cancellationToken);
                await output.WriteAsync("\n"u8.ToArray(), cancellationToken);
                count++;
            }
        }

        return count;
    }

    /// <summary>Reads a file. Nothing is written yet.</summary>
    /// <exception cref="ContractException">A line is not an event of this program's format, or an event is missing.</exception>
    public static async Task<IReadOnlyList<JournalEvent>> ReadAsync(Stream input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        var events = new List<JournalEvent>();
        var last = new Dictionary<ModelName, long>();
        using var reader = new StreamReader(input, new UTF8Encoding(false, throwOnInvalidBytes: true), leaveOpen: true);
        try
        {
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                if (events.Count == MostEvents)
                    throw new ContractException($"there are more than {MostEvents} events");
                var utf8 = Encoding.UTF8.GetBytes(line);
                var read = utf8.Length <= LongestLine
                    ? JournalEvent.Parse(utf8)
                    : throw new ContractException($"it has {utf8.Length} bytes; the limit is {LongestLine}");
                var next = last.GetValueOrDefault(read.Model) + 1;
                if (read.Seq != next)
                    throw new ContractException($"it is event {read.Seq} of {read.Model}; event {next} must come before it");
                last[read.Model] = next;
                events.Add(read);
            }
        }
        catch (Exception e) when (e is ContractException or DecoderFallbackException)
        {
            throw new ContractException($"line {events.Count + 1}: {e.Message}", e);
        }

        return events;
    }

    /// <summary>Puts the events that a journal lacks under their own numbers. Nothing is put if the journal has another event under one of
    /// them: then it went on after the copy was made, or it is another environment's.</summary>
    /// <returns>The number of events that were put. A second call puts none.</returns>
    /// <exception cref="JournalException">The journal can't be read or written.</exception>
    /// <exception cref="ContractException">The journal has other events.</exception>
    public static async Task<int> RestoreAsync(
        IJournalStore store, IReadOnlyList<JournalEvent> events, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(events);
        var journal = new RolloutJournal(store);
        var missing = new List<JournalEvent>();
        foreach (var model in events.GroupBy(static each => each.Model))
        {
            var present = await journal.ReadAsync(model.Key, 0, cancellationToken);
            foreach (var each in model)
            {
                if (each.Seq > present.Count)
                    missing.Add(each);
                else if (!present[(int)each.Seq - 1].ToUtf8().AsSpan().SequenceEqual(each.ToUtf8()))
                    throw Other(each);
            }
        }

        foreach (var each in missing)
        {
            if (!await store.PutIfAbsentAsync(each, cancellationToken) && !await HasAsync(journal, each, cancellationToken))
                throw Other(each);
        }

        foreach (var model in missing.GroupBy(static each => each.Model))
            await journal.PutChangeAsync(model.Key, model.Max(static each => each.Seq), cancellationToken);
        return missing.Count;

        ContractException Other(JournalEvent each) => new(
            $"the journal {store.Location} has another event {each.Seq} of {each.Model} than the copy; restore into an empty table");
    }

    // A put whose first answer was lost finds its own event.
    private static async Task<bool> HasAsync(RolloutJournal journal, JournalEvent put, CancellationToken cancellation) =>
        await journal.ReadAsync(put.Model, put.Seq - 1, cancellation) is [var present, ..]
        && present.ToUtf8().AsSpan().SequenceEqual(put.ToUtf8());
}
