using System.Globalization;
using System.Text;
using System.Text.Json;
using CsCheck;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Registry;

namespace ModelServing.Services.Tests.Inference.Models;

/// <summary>Arrays of numbers are read mostly without the JSON reader. What is read, and what is refused, is the same.</summary>
public class NumberArrayTests
{
    private const int Rows = 3;
    private const int Columns = 5;

    private static readonly Gen<string> Blank = OneOf("", "", "", " ", "\n", "\t ", "\r\n");

    private static readonly Gen<string> Number = Gen.OneOf(
        Gen.Int[-9999, 9999].Select(static number => (number / 10000.0).ToString(CultureInfo.InvariantCulture)),
        Gen.Float[-1e6f, 1e6f].Select(static number => number.ToString(CultureInfo.InvariantCulture)),
        Gen.Float[-1e3f, 1e3f].Select(static number => ((double)number).ToString("R", CultureInfo.InvariantCulture)),
        Gen.Double[-1e3, 1e3].Select(static number => number.ToString("0.####################", CultureInfo.InvariantCulture)),
        Gen.Long.Select(static number => number.ToString(CultureInfo.InvariantCulture)),
        OneOf("0", "-0", "-0.0", "1e3", "1.5E-7", "-2e+8", "16777217", "0.1", "3.4028235e38", "9007199254740993", "1.0"));

    private static readonly Gen<string> Wrong = OneOf(
        "01", "-", "1.", ".5", "+1", "1e", "0x1", "1_0", "--1", "1.2.3", "\"1\"", "NaN", "[1]", "", "1 2", "]", "}", "\0", "١");

    [Fact]
    public void Numbers_have_the_bits_that_the_framework_gives_them() =>
        Gen.Select(Number.Array[Rows * Columns], Blank.Array[Rows * Columns * 2], Gen.Bool).Sample((numbers, blanks, isNested) =>
        {
            var text = Join(numbers, blanks, isNested);
            AssertBits(
                Array.ConvertAll(numbers, static number => Bits(float.Parse(number, CultureInfo.InvariantCulture))),
                Read<float, uint>(text, Datatype.Fp32, Bits),
                text);
            AssertBits(
                Array.ConvertAll(numbers, static number => Bits(double.Parse(number, CultureInfo.InvariantCulture))),
                Read<double, ulong>(text, Datatype.Fp64, Bits),
                text);
        },
        iter: 5_000);

    [Fact]
    public void What_is_not_an_array_of_so_many_numbers_is_refused_wherever_it_is_wrong() =>
        Gen.Select(Number.Array[Rows * Columns], Blank.Array[Rows * Columns * 2], Gen.Bool, Gen.Int[0, (Rows * Columns) - 1], Wrong).Sample(
            (numbers, blanks, isNested, place, wrong) =>
            {
                numbers[place] = wrong;
                var text = Join(numbers, blanks, isNested);
                Assert.True(IsRefused(text), text);
            });

    [Theory]
    [InlineData("[1,2,3,4,5,6,7,8,9,10,11,12,13,14]")]
    [InlineData("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]")]
    [InlineData("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,]")]
    [InlineData("[[1,2,3,4],[5,6,7,8,9,10],[11,12,13,14,15]]")]
    [InlineData("[[1,2,3,4,5],[6,7,8,9,10],[11,12,13,14,15],[16,17,18,19,20]]")]
    [InlineData("[[1,2,3,4,5],[6,7,8,9,10],11,12,13,14,15]")]
    [InlineData("[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15")]
    public void Arrays_of_other_forms_are_refused(string text) => Assert.True(IsRefused(text));

    [Fact]
    public void A_fault_behind_numbers_names_its_place_in_the_text()
    {
        var reader = new InferRequestReader([new TensorSpec(new TensorInfo("x", Datatype.Fp32, [-1]))], []);
        const string Json = """{"inputs":[{"name":"x","shape":[4],"datatype":"FP32","data":[1,2,3,4.]}]}""";
        var fault = Assert.Throws<RequestFaultException>(() => reader.Read(Encoding.UTF8.GetBytes(Json)));
        var place = Json.IndexOf("4.]", StringComparison.Ordinal) + "4.".Length;
        Assert.Contains($"BytePositionInLine: {place}", fault.Message, StringComparison.Ordinal);
    }

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static string Join(string[] numbers, string[] blanks, bool isNested)
    {
        var text = new StringBuilder(isNested ? "[[" : "[");
        for (var i = 0; i < numbers.Length; i++)
        {
            if (i > 0)
                text.Append(isNested && i % Columns == 0 ? "],[" : ",");
            text.Append(blanks[2 * i]).Append(numbers[i]).Append(blanks[(2 * i) + 1]);
        }

        return text.Append(isNested ? "]]" : "]").ToString();
    }

    private static uint Bits(float number) => BitConverter.SingleToUInt32Bits(number);

    private static ulong Bits(double number) => BitConverter.DoubleToUInt64Bits(number);

    private static bool IsRefused(string text)
    {
        try
        {
            Read<float, uint>(text, Datatype.Fp32, Bits);
            return false;
        }
        catch (Exception e) when (e is JsonException or RequestFaultException)
        {
            return true;
        }
    }

    private static TBits[] Read<T, TBits>(string text, Datatype datatype, Func<T, TBits> bits)
        where T : unmanaged
    {
        var json = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(json);
        Assert.True(reader.Read());
        using var tensor = TensorFormat.For(datatype).Read(ref reader, json, [Rows, Columns], Rows * Columns, new DataField(0));
        // Nothing may be left.
        Assert.False(reader.Read());
        return Array.ConvertAll(tensor.Elements<T>().ToArray(), value => bits(value));
    }

    private static void AssertBits<TBits>(TBits[] expected, TBits[] read, string text)
        where TBits : IEquatable<TBits> =>
        Assert.True(expected.AsSpan().SequenceEqual(read), text);
}
