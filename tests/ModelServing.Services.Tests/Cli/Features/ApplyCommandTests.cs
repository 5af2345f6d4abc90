using ModelServing.Cli;
using ModelServing.Cli.Features;
using ModelServing.Features.Definitions;
using ModelServing.Registry;
using ModelServing.Services.Tests.Settings.Views;

namespace ModelServing.Services.Tests.Cli.Features;

public sealed class ApplyCommandTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("apply-");

    private PublishedViews Published => new(RegistryLocation.Open($"file:{Path.Combine(folder.FullName, "registry")}"));

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task A_check_publishes_nothing_and_a_second_apply_changes_nothing()
    {
        var views = ApplyCommand.Read([WriteFile("card.yaml", ViewFileTests.Card), WriteFile("terminal.yaml", ViewFileTests.Terminal)]);
        Assert.Contains("new", await RunAsync(views, isCheck: true), StringComparison.Ordinal);
        Assert.Empty(await Published.ListAsync(default));
        Assert.Contains("published", await RunAsync(views), StringComparison.Ordinal);
        Assert.Equal(["card-activity v3", "terminal-risk v1"], (await Published.ListAsync(default)).Select(static id => id.ToString()));
        Assert.Contains("unchanged", await RunAsync(views), StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_one_view_is_refused_none_is_published()
    {
        await RunAsync(ApplyCommand.Read([WriteFile("terminal.yaml", ViewFileTests.Terminal)]));
        var views = ApplyCommand.Read(
        [
            WriteFile("card.yaml", ViewFileTests.Card),
            WriteFile("terminal.yaml", ViewFileTests.Terminal.Replace("ttl: 60d", "ttl: 61d", StringComparison.Ordinal)),
        ]);
        var e = await Assert.ThrowsAsync<RegistryException>(() => RunAsync(views));
        Assert.Equal(RegistryError.AlreadyPublished, e.Error);
        Assert.Equal("terminal-risk v1", Assert.Single(await Published.ListAsync(default)).ToString());
    }

    [Fact]
    public void The_faults_of_all_files_are_shown()
    {
        var card = WriteFile("card.yaml", ViewFileTests.Card.Replace("ttl: 40d", "ttl: 40", StringComparison.Ordinal));
        var terminal = WriteFile("terminal.yaml", ViewFileTests.Terminal.Replace("version: 1", "version: one", StringComparison.Ordinal));
        var e = Assert.Throws<CommandException>(() => ApplyCommand.Read([card, terminal]));
        Assert.Equal(ExitCode.WrongInput, e.ExitCode);
        Assert.Equal(2, e.Lines.Count);
        Assert.StartsWith($"{card}:9:6: ttl: '40' is not a duration", e.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"{terminal}:2:10: version: 'one' is not a whole number", e.Lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_can_not_be_read_are_named()
    {
        var missing = new FileInfo(Path.Combine(folder.FullName, "none.yaml"));
        Assert.Equal(
            $"{missing} does not exist; name the YAML file of a feature view",
            Assert.Throws<CommandException>(() => ApplyCommand.Read([missing])).Message);
        var card = WriteFile("card.yaml", ViewFileTests.Card);
        Assert.Equal(
            $"{card}: card-activity v3 is in another of these files too; give one of them another version",
            Assert.Throws<CommandException>(() => ApplyCommand.Read([card, card])).Message);
        File.WriteAllBytes(card.FullName, [0xFF, 0xFE, 0x00]);
        Assert.Equal($"{card} is not in UTF-8; save it in UTF-8", Assert.Throws<CommandException>(() => ApplyCommand.Read([card])).Message);
    }

    private async Task<string> RunAsync(IReadOnlyList<ViewDefinition> views, bool isCheck = false)
    {
        var recorded = new RecordedTerminal();
        await ApplyCommand.RunAsync(recorded.Terminal, views, Published, isCheck, default);
        return recorded.Output;
    }

    private FileInfo WriteFile(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text);
        return new FileInfo(path);
    }
}
