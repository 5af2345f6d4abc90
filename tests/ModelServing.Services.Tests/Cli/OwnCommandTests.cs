using ModelServing.Cli;

namespace ModelServing.Services.Tests.Cli;

public class OwnCommandTests
{
    [Fact]
    public void Commands_in_messages_are_those_that_the_user_types() => Assert.Equal(
        "condemned; './dev ms reset fraud 2 --why REASON' allows a new trial, forms and 'items' stay",
        OwnCommand.In("condemned; 'ms reset fraud 2 --why REASON' allows a new trial, forms and 'items' stay", "./dev ms"));

    [Theory]
    [InlineData("http://127.0.0.1:8081", "http://127.0.0.1:8081")]
    [InlineData("/home/me/key file", "'/home/me/key file'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("", "''")]
    public void A_text_is_one_word_of_a_shell(string text, string word) => Assert.Equal(word, OwnCommand.Word(text));
}
