using System.Text;
using ModelServing.Cli;
using ModelServing.Cli.Rollouts;
using ModelServing.Jobs;
using ModelServing.Jobs.Journals;
using ModelServing.Journal;
using ModelServing.Registry;
using ModelServing.Services.Tests.Journal;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Jobs.Journals;

/// <summary>The daily copy of the journal, and <c>ms journal</c>, which puts it back.</summary>
public sealed class BackupCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FakeJournalStore journal = new();
    private readonly FolderObjectStore bucket;

    public BackupCommandTests()
    {
        bucket = new FolderObjectStore(folder.Combine("bucket"));
        journal.Add(SomeEvents.Numbered([SomeEvents.Started(SomeEvents.Plan(1, 2)), SomeEvents.RolledBack(2)]));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_days_copy_is_an_object_that_a_second_run_keeps_and_a_restore_reads()
    {
        Assert.Contains("datalake/journal/2026-05-04.jsonl: 2 events", await BackUpAsync(), StringComparison.Ordinal);
        journal.Add(SomeEvents.Numbered([SomeEvents.Reset(2)], 3));
        Assert.Contains("exists already", await BackUpAsync(), StringComparison.Ordinal);

        var file = folder.Combine("bucket", "datalake", "journal", "2026-05-04.jsonl");
        var restored = new FakeJournalStore();
        Assert.Equal((2, 2), await JournalCommand.RestoreAsync(restored, file, Cancellation));
        Assert.Equal(
            journal.Events.Take(2).Select(static each => Encoding.UTF8.GetString(each.ToUtf8())),
            restored.Events.Select(static each => Encoding.UTF8.GetString(each.ToUtf8())));
        Assert.Equal((0, 2), await JournalCommand.RestoreAsync(restored, file, Cancellation));
    }

    [Fact]
    public async Task A_journal_that_can_not_be_read_leaves_no_copy()
    {
        journal.Reading = static () => throw new JournalException(JournalError.Unavailable, "the journal fake: can't be read");
        var e = await Assert.ThrowsAsync<JobException>(BackUpAsync);
        Assert.Equal((JobExit.Failed, "the journal fake: can't be read"), (e.ExitCode, e.Message));
        Assert.Null(await bucket.FindLengthAsync(BackupCommand.KeyOf(SomeEvents.Noon), Cancellation));
    }

    [Fact]
    public async Task An_export_replaces_no_file_and_leaves_no_part_of_one()
    {
        var path = folder.Combine("copy.jsonl");
        Assert.Equal(2, await JournalCommand.ExportAsync(journal, [SomeEvents.Fraud], path, Cancellation));
        var exists = await Assert.ThrowsAsync<CommandException>(
            () => JournalCommand.ExportAsync(journal, [SomeEvents.Fraud], path, Cancellation));
        Assert.Equal((ExitCode.WrongInput, $"{path} exists; choose another name or remove it"), (exists.ExitCode, exists.Message));

        journal.Reading = static () => throw new JournalException(JournalError.Unavailable, "no answer");
        var other = folder.Combine("other.jsonl");
        await Assert.ThrowsAsync<CommandException>(() => JournalCommand.ExportAsync(journal, [SomeEvents.Fraud], other, Cancellation));
        Assert.Equal([path], Directory.EnumerateFiles(folder.FullPath));
    }

    [Fact]
    public async Task A_file_that_is_not_a_copy_is_refused_with_its_line()
    {
        var path = folder.Combine("copy.jsonl");
        await File.WriteAllTextAsync(path, "{}\n", Cancellation);
        var e = await Assert.ThrowsAsync<CommandException>(() => JournalCommand.RestoreAsync(journal, path, Cancellation));
        Assert.StartsWith($"{path}: line 1: ", e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.WrongInput, e.ExitCode);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<string> BackUpAsync() => BackupCommand.RunAsync(journal, [SomeEvents.Fraud], bucket, SomeEvents.Noon, Cancellation);
}
