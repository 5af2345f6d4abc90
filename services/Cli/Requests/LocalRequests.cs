using ModelServing.Cli.Up;
using ModelServing.Hosting.Access;

namespace ModelServing.Cli.Requests;

/// <summary>Reads the access logs of the platforms that ran on this machine for a stack, also while they run.</summary>
internal sealed class LocalRequests
{
    private readonly IReadOnlyList<string> roots;

    private LocalRequests(IReadOnlyList<string> roots) => this.roots = roots;

    /// <exception cref="CommandException">No platform has run here.</exception>
    internal static LocalRequests Open(StackLocation stack)
    {
        var folder = stack.StateFolder(stack.Read().Settings.Local);
        var roots = StateFolder.Running(folder).Append(folder).Distinct(StringComparer.Ordinal)
            .Select(PlatformFiles.AccessIn)
            .Where(Directory.Exists)
            .ToList();
        return roots.Count > 0
            ? new LocalRequests(roots)
            : throw new CommandException(
                ExitCode.Failed,
                $"no 'ms up' has served requests here for the stack {stack.Name} ({folder})",
                "For the cloud, use 'ms request ID --cloud'.");
    }

    /// <summary>The attempts of one request, in order.</summary>
    internal IReadOnlyList<AttemptLine> Find(Ulid request) =>
        [.. Join(Records(record => record.RequestId == request)).OrderBy(static line => line.Record.Attempt)];

    /// <summary>The newest attempts for which <paramref name="isWanted"/> is true, the newest first.</summary>
    internal IReadOnlyList<AttemptLine> Newest(Func<AttemptLine, bool> isWanted, int most)
    {
        // The records of one attempt are in two files, so the requests are found first.
        var newest = new PriorityQueue<Ulid, DateTimeOffset>();
        foreach (var record in Records(record => record.RequestId != default && isWanted(AttemptLine.Join(record, null))))
        {
            newest.Enqueue(record.RequestId, record.Time);
            if (newest.Count > 4 * most)
                newest.Dequeue();
        }

        var wanted = newest.UnorderedItems.Select(static item => item.Element).ToHashSet();
        return
        [
            .. Join(Records(record => wanted.Contains(record.RequestId)))
                .Where(isWanted)
                .OrderByDescending(static line => line.Record.Time)
                .ThenByDescending(static line => line.Record.Attempt)
                .Take(most),
        ];
    }

    private IEnumerable<AccessRecord> Records(Func<AccessRecord, bool> isWanted) => roots.SelectMany(AccessFiles.Read).Where(isWanted);

    private static IEnumerable<AttemptLine> Join(IEnumerable<AccessRecord> records) => records
        .GroupBy(static record => (record.RequestId, record.Attempt, Host: record.IsOfAttempt ? AccessSource.Router : record.Source))
        .Select(static attempt => AttemptLine.Join(
            One(attempt, static record => record.Source != AccessSource.Version),
            One(attempt, static record => record.Source == AccessSource.Version)));

    private static AccessRecord? One(IEnumerable<AccessRecord> records, Func<AccessRecord, bool> isIt)
    {
        foreach (var record in records)
        {
            if (isIt(record))
                return record;
        }

        return null;
    }
}
