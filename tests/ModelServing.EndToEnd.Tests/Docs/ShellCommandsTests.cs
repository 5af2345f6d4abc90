using ModelServing.EndToEnd.Tests.Workflows;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests.Docs;

/// <summary>The shell commands of the pages can be typed as they are, from the first to the last.</summary>
public class ShellCommandsTests
{
    private const string Deploy = "docs/deploy.md";

    private static readonly string[] Paths =
    [
        .. Directory.EnumerateFiles(Repository.Combine("docs"), "*.md")
            .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"))
            .Select(static path => Path.GetRelativePath(Repository.Root, path))
            .Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string> Pages => [.. Paths];

    [Theory]
    [MemberData(nameof(Pages))]
    public void No_command_uses_a_variable_that_no_earlier_one_sets(string page)
    {
        var variables = new ShellVariables();
        Assert.Empty(ShellBlock.Read(page)
            .Where(static block => block.IsShell)
            .SelectMany(block => variables.Read(block.Text).Select(name => $"{block}: nothing before sets {name}")));
    }

    [Fact]
    public async Task Bash_can_parse_every_command()
    {
        var wrong = new List<string>();
        foreach (var block in Paths.SelectMany(ShellBlock.Read).Where(static block => block.IsShell))
        {
            var (exitCode, output) = await Tool.RunAsync(
                Repository.Root, new Dictionary<string, string>(), "bash", "-n", "-c", block.Text);
            if (exitCode != 0)
                wrong.Add($"{block}: {output}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_block_of_the_guide_to_deploying_is_read()
    {
        var blocks = ShellBlock.Read(Deploy);
        Assert.Empty(blocks.Where(static block => !block.IsShell).Select(static block => $"{block}: {block.Text}"));
        Assert.True(blocks.Count >= 30, $"{blocks.Count} blocks");
        foreach (var command in (string[])["oci iam policy create", "pulumi up --stack dev", "./dev ms keys new", "pulumi destroy"])
            Assert.Contains(blocks, block => block.Text.Contains(command, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("echo $A", "A")]
    [InlineData("echo \"${A}/x\"", "A")]
    [InlineData("A=1\necho \"$A\"", "")]
    [InlineData("echo \"$A\"\nA=1", "A")]
    [InlineData("A=\"$A\"", "A")]
    [InlineData("export A=\"$(oci x --name \"$B\" --query 'data[?\"$C\"]')\" D=2\necho $A $D", "B")]
    [InlineData("A=1 pulumi up\necho $A", "A")]
    [InlineData("read -rs A && export A && echo $A", "")]
    [InlineData("(umask 077 && read -rs A && printf '%s' \"$A\" > ~/$B.key)", "B")]
    [InlineData("oci x \\\n  --id \"$A\" # not $B", "A")]
    [InlineData("curl '$A' -H \"X: $B\"", "B")]
    [InlineData("echo \"[\\\"$A\\\"]\" $1", "A")]
    public void A_variable_that_is_not_set_is_found(string commands, string unset) =>
        Assert.Equal(unset, string.Join(' ', new ShellVariables().Read(commands)));

    [Fact]
    public void Code_is_found_in_blocks_lists_and_sentences()
    {
        using var folder = new TemporaryFolder();
        var page = folder.Combine("page.md");
        File.WriteAllText(
            page,
            """
            Run `oci os ns get` first, in the namespace `default`.

                ./dev up      starts the platform

            1. A list has text,
               and more text:

                   export A=1
                   echo "$A"

               Its text goes on.

            10. Another item

                goes on here.

            ```sh
            kubectl get pods
            ```

            ```yaml
            oci: 1
            ```

                setting: 1

                API="$(pulumi stack output api)"
            """);
        Assert.Equal(
            [
                "1 True oci os ns get", "3 True ./dev up", "8 True export A=1\necho \"$A\"", "18 True kubectl get pods",
                "25 False setting: 1", "27 True API=\"$(pulumi stack output api)\"",
            ],
            ShellBlock.Read(page).Select(static block => $"{block.Line} {block.IsShell} {block.Text}"));
    }
}
