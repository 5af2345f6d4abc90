using System.CommandLine;
using ModelServing.Cli;

namespace ModelServing.Services.Tests.Cli;

public class UsageErrorTests
{
    [Theory]
    [InlineData("rollback fraud 2", "Option '--why' is required; see 'ms rollback --help'")]
    [InlineData("rollback fraud 2 --wy x", "'--wy' is not an option of 'ms rollback' (did you mean '--why'?); see 'ms rollback --help'")]
    [InlineData("rolback fraud 2", "'rolback' is not a command of 'ms' (did you mean 'rollback'?); see 'ms --help'")]
    [InlineData("keys", "'ms keys' needs a command: new; see 'ms keys --help'")]
    [InlineData("keys new a b", "'b' is not an argument of 'ms keys new'; see 'ms keys new --help'")]
    public void A_wrong_command_line_gets_one_line(string line, string error) =>
        Assert.Equal(error, UsageError.LineOf(Root().Parse(line.Split(' '))));

    private static RootCommand Root() => new("Some commands.")
    {
        new Command("rollback")
        {
            new Argument<string>("MODEL"),
            new Argument<string>("VERSION"),
            new Option<string>("--why") { Required = true },
        },
        new Command("keys") { new Command("new") { new Argument<string>("NAME") } },
    };
}
