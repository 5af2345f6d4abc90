using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Contracts;

public class OwnCommandTests
{
    [Fact]
    public void Commands_in_messages_are_those_that_the_user_types() => Assert.Equal(
        "condemned; './dev ms reset fraud 2 --why REASON' allows a new trial, forms and 'items' stay",
        OwnCommand.In("condemned; 'ms reset fraud 2 --why REASON' allows a new trial, forms and 'items' stay", "./dev ms"));

    [Theory]
    [InlineData("ms", "run 'ms up', 'ms up --demo' or 'ms upload'")]
    [InlineData("./dev ms", "run './dev up', './dev up --demo' or './dev ms upload'")]
    [InlineData(@"/my\ folder/dev ms", @"run '/my\ folder/dev up', '/my\ folder/dev up --demo' or '/my\ folder/dev ms upload'")]
    [InlineData("dotnet ms.dll", "run 'dotnet ms.dll up', 'dotnet ms.dll up --demo' or 'dotnet ms.dll upload'")]
    public void The_platform_is_started_by_the_shortest_command(string name, string message) => Assert.Equal(
        message, OwnCommand.In("run 'ms up', 'ms up --demo' or 'ms upload'", name));

    [Theory]
    [InlineData("http://127.0.0.1:8081", "http://127.0.0.1:8081")]
    [InlineData("/home/me/key file", "'/home/me/key file'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("", "''")]
    public void A_text_is_one_word_of_a_shell(string text, string word) => Assert.Equal(word, OwnCommand.Word(text));
}
