using ModelServing.Cli;
using ModelServing.Cli.Rollouts;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Contracts.Journal;
using ModelServing.Journal;
using ModelServing.Journal.Sqlite;
using ModelServing.Registry;
using ModelServing.Sample;
using ModelServing.Services.Tests.Journal;
using ModelServing.Settings;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Cli.Rollouts;

public class CheckCommandTests
{
    [Fact]
    public void A_condemned_stable_version_is_a_fault_with_its_position_and_the_way_out()
    {
        var fault = Assert.Single(CheckCommand.Faults(File("stable: { version: 2 }"), Condemned(2)));
        Assert.StartsWith(
            "f:1:62: modelserving:models.fraud.stable.version: version 2 is condemned: ",
            fault.ToLine("f"),
            StringComparison.Ordinal);
        Assert.Contains("ms reset fraud 2", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stable: { version: 1 }, canary: { version: 2, percent: 5 }", "fraud: version 2 is condemned, so canary gets no traffic")]
    [InlineData(
        "stable: { version: 1 }, experiment: { name: q, arms: { blue: { version: 2, percent: 5 } } }",
        "fraud: version 2 is condemned, so blue gets no traffic")]
    public void A_condemned_version_beside_stable_is_a_remark(string model, string remark)
    {
        Assert.Empty(CheckCommand.Faults(File(model), Condemned(2)));
        Assert.StartsWith(remark, Assert.Single(CheckCommand.Remarks(File(model), Condemned(2))), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_condemned_versions_nothing_is_reported()
    {
        Assert.Empty(CheckCommand.Faults(File("stable: { version: 2 }"), Condemned()));
        Assert.Empty(CheckCommand.Remarks(File("stable: { version: 1 }, canary: { version: 2, percent: 5 }"), Condemned(3)));
    }

    [Fact]
    public void A_router_that_does_not_know_the_journal_is_an_error()
    {
        Assert.Contains(
            "journal is unread",
            Assert.Throws<CommandException>(() => CheckCommand.CondemnedIn(SomeStatus.WithCondemned() with
            {
                Journal = JournalReach.Unread,
            })).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "journal is unavailable",
            Assert.Throws<CommandException>(() => CheckCommand.CondemnedIn(SomeStatus.WithCondemned() with
            {
                Journal = JournalReach.Away,
            })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_journal_itself_has_the_versions_that_are_condemned_and_not_reset()
    {
        using var folder = new TemporaryFolder();
        var location = HostSources.Sqlite(folder.Combine("journal.db"));
        using (var store = new SqliteJournalStore(folder.Combine("journal.db")))
        {
            var journal = new RolloutJournal(store);
            foreach (var next in (JournalEvent[])[SomeEvents.RolledBack(2), SomeEvents.RolledBack(3), SomeEvents.Reset(3)])
                await journal.AppendAsync(next, TestContext.Current.CancellationToken);
        }

        Assert.Equal(
            [(SomeStatus.Fraud, new ModelVersion(2))],
            await CheckCommand.ReadAsync(location, null, File("stable: { version: 1 }"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_missing_journal_is_an_error()
    {
        var e = await Assert.ThrowsAsync<CommandException>(() => CheckCommand.ReadAsync(
            "sqlite:/nowhere/journal.db",
            null,
            File("stable: { version: 1 }"),
            TestContext.Current.CancellationToken));
        Assert.Equal((ExitCode.WrongInput, "--journal: the file does not exist: /nowhere/journal.db"), (e.ExitCode, e.Message));
    }

    [Fact]
    public async Task Without_a_platform_the_published_versions_and_the_journal_of_this_machine_are_checked()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Combine("Pulumi.some.yaml");
        await System.IO.File.WriteAllTextAsync(
            path,
            "config: { modelserving:models: { fraud: { stable: { version: 2 } } } }\n",
            TestContext.Current.CancellationToken);
        var stack = StackLocation.FromFile(path);
        var state = folder.Combine(".modelserving", "some");
        var missing = await Assert.ThrowsAsync<CommandException>(() => CheckAsync(stack));
        Assert.StartsWith(
            "Pulumi.some.yaml:1:62: modelserving:models.fraud.stable.version: version 2 of fraud is not published",
            missing.Lines[0],
            StringComparison.Ordinal);
        Assert.Contains(missing.Lines, static line => line.StartsWith("  ms publish fraud ", StringComparison.Ordinal));

        var registry = new ModelRegistry(new FolderObjectStore(Path.Combine(state, "registry")), TimeProvider.System);
        await using var model = System.IO.File.OpenRead(SampleArtifacts.ModelPath(2));
        await registry.PublishAsync(
            SomeStatus.Fraud, new ModelVersion(2), model, TrainingInfo.None, TestContext.Current.CancellationToken);
        Assert.Empty(await CheckAsync(stack));

        using (var store = new SqliteJournalStore(Path.Combine(state, "journal.db")))
            await new RolloutJournal(store).AppendAsync(SomeEvents.RolledBack(2), TestContext.Current.CancellationToken);
        Assert.Equal([(SomeStatus.Fraud, new ModelVersion(2))], await CheckAsync(stack));
    }

    [Fact]
    public void A_stack_file_may_have_any_name_and_its_faults_carry_that_name()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Combine("candidate.yml");
        System.IO.File.WriteAllText(path, "config: { modelserving:models: { fraud: { stable: { version: 0 } } } }\n");
        var stack = StackLocation.FromFile(path);
        Assert.StartsWith(
            "candidate.yml:1:62: ", Assert.Throws<CommandException>(() => stack.Read()).Lines[0], StringComparison.Ordinal);
        Assert.Equal(
            ExitCode.WrongInput,
            Assert.Throws<CommandException>(() => StackLocation.FromFile(folder.Combine("none.yaml"))).ExitCode);
    }

    private static Task<HashSet<(ModelName, ModelVersion)>> CheckAsync(StackLocation stack) =>
        CheckCommand.CheckOnThisMachineAsync(stack, stack.Read(), TestContext.Current.CancellationToken);

    private static HashSet<(ModelName, ModelVersion)> Condemned(params int[] versions) =>
        CheckCommand.CondemnedIn(SomeStatus.WithCondemned(versions));

    private static StackFile File(string model) => StackFile.Parse($"config: {{ modelserving:models: {{ fraud: {{ {model} }} }} }}").File!;
}
