using ModelServing.Stacks.Preview;

namespace ModelServing.Infra.Tests.Stacks.Preview;

public class PreviewCommandLineTests
{
    [Theory]
    [InlineData("--frmat", "'--frmat'", "--frmat", "text")]
    [InlineData("--stack without a value", "'--stack'", "--stack")]
    [InlineData("--stack twice", "'--stack'", "--stack", "dev", "--stack", "prod")]
    [InlineData("--format", "--format is 'html'; it must be text or markdown.", "--format", "html")]
    [InlineData("--phase", "--phase is 'all'; it must be foundation.", "--phase", "all")]
    [InlineData("--out alone", "--out requires --against.", "--out", "folder")]
    [InlineData("--rate alone", "--rate requires --cost.", "--rate", "5")]
    [InlineData("--rate", "--rate must be from 0 to 1000000.", "--cost", "--rate", "-1")]
    [InlineData("--stored", "'x'", "--cost", "--stored", "x")]
    [InlineData("--snapshot alone", "--snapshot requires --stack.", "--snapshot", "file")]
    [InlineData("an argument", "'dev'", "dev")]
    public async Task A_wrong_argument_is_reported_by_name(string mistake, string message, params string[] arguments)
    {
        var (exitCode, output, error, options) = await RunAsync(arguments);

        Assert.Equal(2, exitCode);
        Assert.Null(options);
        Assert.Empty(output);
        Assert.True(error.Contains(message, StringComparison.Ordinal), $"{mistake}: {error}");
        Assert.EndsWith("'./dev preview --help' lists the options.", error.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_the_options_in_80_columns()
    {
        var (exitCode, output, error, options) = await RunAsync("--help");

        Assert.Equal(0, exitCode);
        Assert.Null(options);
        Assert.Empty(error);
        Assert.Contains("./dev preview [options]", output, StringComparison.Ordinal);
        Assert.All(
            (string[])
            ["--stack <NAME>", "--against <COMMIT>", "--out <FOLDER>", "--registry <FOLDER>", "--phase", "--format", "--no-color"],
            option => Assert.Contains(option, output, StringComparison.Ordinal));
        Assert.DoesNotContain("--snapshot", output, StringComparison.Ordinal);
        Assert.All(output.Split('\n'), static line => Assert.InRange(line.TrimEnd().Length, 0, 80));
    }

    [Fact]
    public async Task Options_have_the_given_values()
    {
        var (_, _, _, options) = await RunAsync(
            "--stack",
            "dev",
            "--against",
            "@{u}",
            "--out",
            "folder",
            "--registry",
            "models",
            "--phase",
            "foundation",
            "--format",
            "markdown");

        Assert.Equal(new PreviewOptions("dev", "@{u}", FoundationOnly: true, PreviewFormat.Markdown, "folder", "models", null), options);
    }

    [Theory]
    [InlineData("10 10")]
    [InlineData("2.5 10", "--rate", "2.5")]
    [InlineData("10 300", "--stored", "300")]
    public async Task The_cost_is_for_the_given_rate_and_size(string expected, params string[] arguments)
    {
        var (_, _, _, options) = await RunAsync(["--cost", .. arguments]);
        Assert.Equal(expected, FormattableString.Invariant($"{options!.Cost!.RequestsPerSecond} {options.Cost.StoredGbs}"));
    }

    [Fact]
    public async Task Without_options_every_stack_is_shown_as_text()
    {
        var (exitCode, _, _, options) = await RunAsync("--no-color");

        Assert.Equal(0, exitCode);
        Assert.Equal(new PreviewOptions(null, null, FoundationOnly: false, PreviewFormat.Plain, null, null, null), options);
    }

    private static async Task<(int ExitCode, string Output, string Error, PreviewOptions? Options)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        PreviewOptions? options = null;
        var exitCode = await new PreviewCommandLine().RunAsync(arguments, output, error, given =>
        {
            options = given;
            return Task.FromResult(0);
        });
        return (exitCode, output.ToString(), error.ToString(), options);
    }
}
