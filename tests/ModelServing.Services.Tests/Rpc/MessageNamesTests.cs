using Google.Protobuf;
using ModelServing.OpenInference.Messages;
using ModelServing.Rpc;

namespace ModelServing.Services.Tests.Rpc;

public class MessageNamesTests
{
    [Theory]
    [InlineData("fraud", "", "/v2/models/fraud/infer")]
    [InlineData("fraud", "3", "/v2/models/fraud/versions/3/infer")]
    [InlineData("a/b", "../1", "/v2/models/a%2Fb/versions/..%2F1/infer")]
    [InlineData("Fraud?x#y", "", "/v2/models/Fraud%3Fx%23y/infer")]
    public void Names_become_a_path(string model, string version, string path)
    {
        var message = CallingRouter.Request("id", bytes: 1000, model, version).ToByteArray();
        var whole = MessageNames.Search(message, isWhole: true);
        Assert.Equal((NamesFound.All, path), (whole.Found, whole.Path));
        var part = MessageNames.Search(message.AsSpan(0, 100), isWhole: false);
        Assert.Equal((NamesFound.All, path), (part.Found, part.Path));
    }

    [Fact]
    public void A_beginning_has_the_names_only_once_something_follows_them()
    {
        var message = CallingRouter.Request("id", bytes: 10, "fraud", "3").ToByteArray();
        // "fraud" and "3" have two bytes before them each.
        const int End = 2 + 5 + 2 + 1;
        for (var length = 0; length <= End; length++)
            Assert.Equal(NamesFound.NotYet, MessageNames.Search(message.AsSpan(0, length), isWhole: false).Found);
        Assert.Equal(NamesFound.All, MessageNames.Search(message.AsSpan(0, End + 1), isWhole: false).Found);
    }

    [Fact]
    public void A_short_message_may_have_its_fields_in_any_order_and_the_last_one_counts()
    {
        var inputs = new ModelInferRequest { Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = "a" } } }.ToByteArray();
        byte[] message =
        [
            .. inputs,
            .. new ModelInferRequest { ModelName = "first" }.ToByteArray(),
            .. inputs,
            .. new ModelInferRequest { ModelName = "last", ModelVersion = "2" }.ToByteArray(),
        ];
        Assert.Equal("/v2/models/last/versions/2/infer", MessageNames.Search(message, isWhole: true).Path);
    }

    [Fact]
    public void What_is_broken_behind_the_names_is_left_to_the_version()
    {
        byte[] message = [.. new ModelInferRequest { ModelName = "fraud" }.ToByteArray(), 0xFF, 0xFF];
        var names = MessageNames.Search(message, isWhole: true);
        Assert.Equal((NamesFound.All, "/v2/models/fraud/infer"), (names.Found, names.Path));
    }

    [Fact]
    public void No_bytes_make_the_search_fail()
    {
        var random = new Random(1);
        var message = CallingRouter.Request("id", bytes: 30, "fraud", "3").ToByteArray();
        for (var i = 0; i < 100_000; i++)
        {
            var bytes = message[..random.Next(message.Length + 1)];
            for (var change = 0; change < 3 && bytes.Length > 0; change++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var names = MessageNames.Search(bytes, isWhole: i % 2 == 0);
            Assert.True(names.Found != NamesFound.All || names.Path.EndsWith("/infer", StringComparison.Ordinal));
        }
    }
}
