using ModelServing.Settings;
using ModelServing.Settings.Yaml;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Settings;

public class StackFileChangeTests
{
    private const string A = "sha256:aaaa";
    private const string B = "sha256:bbbb";

    public static TheoryData<string, string, string> Changes => new()
    {
        {
            "a missing map is added at the end of config, before the next key",
            """
            # the head
            encryptionsalt: v1:x=
            config:
              modelserving:region: r # there

              # about models
              modelserving:models:
                fraud:
                  stable: { version: 1 } # first
                list: [a,
                  b]   # the last value
            # a remark

            environment:
              - shared
            """,
            """
            # the head
            encryptionsalt: v1:x=
            config:
              modelserving:region: r # there

              # about models
              modelserving:models:
                fraud:
                  stable: { version: 1 } # first
                list: [a,
                  b]   # the last value
              modelserving:images:
                router: sha256:aaaa
                inference: sha256:bbbb
            # a remark

            environment:
              - shared
            """
        },
        {
            "values are replaced and everything beside them is kept",
            """
            config:
              modelserving:images:   # by ms images push
                router:   'sha256:0'   # old
                # between
                inference: "sha256:1"
                other: ü𝄞
              "modelserving:region": r
            """,
            """
            config:
              modelserving:images:   # by ms images push
                router:   sha256:aaaa   # old
                # between
                inference: sha256:bbbb
                other: ü𝄞
              "modelserving:region": r
            """
        },
        {
            "one of the values is there",
            """
            config:
                modelserving:images:
                      inference: sha256:1 # here
                modelserving:region: r
            """,
            """
            config:
                modelserving:images:
                      inference: sha256:bbbb # here
                      router: sha256:aaaa
                modelserving:region: r
            """
        },
        {
            "keys without values",
            "config:\n  a: 𝄞𝄞\n  modelserving:images: # none yet\n  b: c",
            "config:\n  a: 𝄞𝄞\n  modelserving:images: # none yet\n    router: sha256:aaaa\n    inference: sha256:bbbb\n  b: c"
        },
        {
            "a key without a value, at the end",
            "config:\n  modelserving:images:",
            "config:\n  modelserving:images:\n    router: sha256:aaaa\n    inference: sha256:bbbb"
        },
        {
            "missing values",
            "config:\n  modelserving:images:\n    router: # none\n    inference:\n",
            "config:\n  modelserving:images:\n    router: sha256:aaaa # none\n    inference: sha256:bbbb\n"
        },
        {
            "null",
            "config:\n  modelserving:images: ~ # none\n",
            "config:\n  modelserving:images: { router: sha256:aaaa, inference: sha256:bbbb } # none\n"
        },
        {
            "an empty map in braces",
            "config:\n  modelserving:images: {} # none\n",
            "config:\n  modelserving:images: { router: sha256:aaaa, inference: sha256:bbbb } # none\n"
        },
        {
            "a map in braces",
            "config:\n  modelserving:images: {inference: sha256:0} # x\n",
            "config:\n  modelserving:images: {inference: sha256:bbbb, router: sha256:aaaa} # x\n"
        },
        {
            "all in braces",
            "config: { modelserving:region: r }",
            "config: { modelserving:region: r, modelserving:images: { router: sha256:aaaa, inference: sha256:bbbb } }"
        },
        {
            "no config yet",
            "encryptionsalt: v1",
            "encryptionsalt: v1\nconfig:\n  modelserving:images:\n    router: sha256:aaaa\n    inference: sha256:bbbb"
        },
        {
            "a text of several lines is last",
            "config:\n  note: |\n    one\n\n    two\n\nlast: 1\n",
            "config:\n  note: |\n    one\n\n    two\n  modelserving:images:\n    router: sha256:aaaa\n    inference: "
            + "sha256:bbbb\n\nlast: 1\n"
        },
        {
            "a text of several lines ends the file",
            "config:\n  note: >-\n    one\n    two",
            "config:\n  note: >-\n    one\n    two\n  modelserving:images:\n    router: sha256:aaaa\n    inference: sha256:bbbb"
        },
        {
            "a list is last",
            "config:\n  modelserving:region: r\n  list:\n  - a\n  - b: c\n",
            "config:\n  modelserving:region: r\n  list:\n  - a\n  - b: c\n  modelserving:images:\n    router: sha256:aaaa\n"
            + "    inference: sha256:bbbb\n"
        },
        {
            "a word over two lines is last",
            "config:\n  note: one\n    two # remark\n",
            "config:\n  note: one\n    two # remark\n  modelserving:images:\n    router: sha256:aaaa\n    inference: sha256:bbbb\n"
        },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Only_the_edited_values_change(string _, string before, string after)
    {
        Assert.Equal(after.ReplaceLineEndings("\n"), Change(before.ReplaceLineEndings("\n")));
        // The line ends are kept.
        if (before.Contains('\n', StringComparison.Ordinal))
            Assert.Equal(after.ReplaceLineEndings("\r\n"), Change(before.ReplaceLineEndings("\r\n")));
        // A second edit changes nothing.
        Assert.Equal(after, Change(after));
    }

    [Theory]
    [InlineData("dev")]
    [InlineData("staging")]
    [InlineData("prod")]
    public void The_repositorys_own_stack_files_get_three_lines(string stack)
    {
        var before = File.ReadAllText(Repository.Combine($"Pulumi.{stack}.yaml"));
        var after = Change(before);
        string[] added = ["  modelserving:images:", "    router: sha256:aaaa", "    inference: sha256:bbbb"];
        Assert.Equal(added, after.Split('\n').Except(before.Split('\n')));
        Assert.Equal(before, after.Replace(string.Join('\n', added) + "\n", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        "config:\n  modelserving:images:\n    router: [a]\n",
        "modelserving:images.router: line 3 is a map or a list; it must be a single value")]
    [InlineData(
        "config:\n  modelserving:images:\n    router: |\n      a\n",
        "modelserving:images.router: line 3 is a text of several lines, which cannot be edited in place")]
    [InlineData("config:\n  modelserving:images: latest\n", "modelserving:images.router: router belongs in a map, but line 2 is not a map")]
    [InlineData("config: [a]\n", "modelserving:images.router: modelserving:images belongs in a map, but line 1 is not a map")]
    [InlineData("", "modelserving:images.router: the file is empty")]
    [InlineData("config: &a\n  x: *a\n", "config: anchors are not supported; write the value out wherever it is needed")]
    [InlineData("config:\n  note: |+\n    one\n\n\nlast: 1\n", "this file is written in a way that cannot be edited in place")]
    [InlineData("config: [\n", "this is not valid YAML: ")]
    public void A_file_that_cannot_be_edited_is_not_changed_and_the_reason_is_reported(string yaml, string message)
    {
        var (changed, faults) = StackFile.Change(yaml, Digests);
        Assert.Null(changed);
        var line = faults[0].ToLine("f");
        Assert.Contains(message, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "config:\n  modelserving:models:\n    fraud:\n      # the one\n      stable:\n        version: 1 # now\n      canary: "
        + "# on trial\n        version: 2\n        # a ramp\n        percent: 5 # of a hundred\n      # the key\n"
        + "      routingKey: { header: X-A }\n",
        "config:\n  modelserving:models:\n    fraud:\n      # the one\n      stable:\n        version: 2 # now\n      # the "
        + "key\n      routingKey: { header: X-A }\n      keepWarm: [1]\n")]
    [InlineData(
        "config:\n  modelserving:models:\n    fraud: { canary: { version: 2, percent: 5 }, stable: { version: 1 }, keepWarm: [] }\n",
        "config:\n  modelserving:models:\n    fraud: { stable: { version: 2 }, keepWarm: [1] }\n")]
    [InlineData(
        "config:\n  modelserving:models:\n    fraud:\n      stable: { version: 1 }\n      keepWarm:\n      - 7 # still\n"
        + "      canary: { version: 2, percent: 5 }",
        "config:\n  modelserving:models:\n    fraud:\n      stable: { version: 2 }\n      keepWarm:\n      - 7 # still\n      - 1\n")]
    [InlineData(
        "config:\r\n  modelserving:models:\r\n    fraud: { stable: { version: 1 }, canary: { version: 2, percent: 5 }, "
        + "keepWarm: [7, 8] }\r\n",
        "config:\r\n  modelserving:models:\r\n    fraud: { stable: { version: 2 }, keepWarm: [7, 8, 1] }\r\n")]
    [InlineData(
        "config:\n  modelserving:models:\n    fraud:\n      keepWarm:\n      canary:\n        version: 2\n        percent: 5\n"
        + "      stable:\n        version: 1\n  modelserving:local: { port: 1 }\n",
        "config:\n  modelserving:models:\n    fraud:\n      keepWarm: [1]\n      stable:\n        version: 2\n"
        + "  modelserving:local: { port: 1 }\n")]
    public void A_key_is_removed_and_an_item_is_added_in_place(string yaml, string expected)
    {
        var (changed, faults) = StackFile.Change(yaml, Promotion);
        Assert.Empty(faults);
        Assert.Equal(expected, changed);
    }

    [Theory]
    [InlineData(
        "config: { modelserving:models: { fraud: { stable: { version: 1 }, keepWarm: 7, canary: { percent: 5 } } } }",
        "modelserving:models.fraud.keepWarm: line 1 is not a list")]
    [InlineData(
        "config: { modelserving:models: { fraud: { stable: { version: 1 } } } }",
        "modelserving:models.fraud.canary: it is not in the file")]
    public void An_edit_that_is_not_possible_is_reported(string yaml, string message)
    {
        var (changed, faults) = StackFile.Change(yaml, Promotion);
        Assert.Null(changed);
        Assert.Contains(message, Assert.Single(faults).ToLine("f"), StringComparison.Ordinal);
    }

    private static StackEdit[] Promotion =>
    [
        new StackEdit.Set("models.fraud.stable.version", "2"),
        new StackEdit.Add("models.fraud.keepWarm", "1"),
        new StackEdit.Remove("models.fraud.canary"),
    ];

    private static StackEdit[] Digests => [new StackEdit.Set("images.router", A), new StackEdit.Set("images.inference", B)];

    private static string Change(string yaml)
    {
        var (changed, faults) = StackFile.Change(yaml, Digests);
        Assert.Empty(faults);
        return changed!;
    }
}
