using System.Numerics;

namespace Rlaif.Learning.Jinja;

/// <summary>What kind of thing a value is, in Python's terms.</summary>
internal static class Kinds
{
    public static string Name(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        BigInteger => "int",
        double => "float",
        string => "str",
        List<object?> => "list",
        object?[] => "tuple",
        Mapping => "dict",
        Callable => "function",
        LoopState => "LoopContext",
        Namespace => "Namespace",
        _ => "Undefined",
    };

    /// <summary>As Jinja2 names it when something is missing in it.</summary>
    public static string Described(object? value) => value switch
    {
        null => "None",
        Namespace => "jinja2.utils.Namespace object",
        LoopState => "jinja2.runtime.LoopContext object",
        _ => Name(value) + " object",
    };

    /// <summary>A bool is a number too.</summary>
    public static bool IsNumber(object? value) => value is BigInteger or bool or double;

    public static bool IsWhole(object? value) => value is BigInteger or bool;

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        BigInteger number => !number.IsZero,
        double number => number != 0,
        string text => text.Length > 0,
        IReadOnlyList<object?> items => items.Count > 0,
        Mapping map => map.Count > 0,
        _ => true,
    };

    public static bool IsIterable(object? value) => value is string or IReadOnlyList<object?> or Mapping or Undefined;

    /// <summary>What a loop over the value sees: the characters of a text, the keys of a mapping.</summary>
    public static IReadOnlyList<object?> Items(object? value, Sandbox sandbox) => value switch
    {
        IReadOnlyList<object?> items => items,
        string text => sandbox.Made(PythonText.Characters(text)),
        Mapping map => sandbox.Made([.. map.Keys]),
        Undefined => [],
        _ => throw new JinjaError($"'{Name(value)}' object is not iterable"),
    };

    public static int Length(object? value) => value switch
    {
        string text => PythonText.Length(text),
        IReadOnlyList<object?> items => items.Count,
        Mapping map => map.Count,
        Undefined => 0,
        _ => throw new JinjaError($"object of type '{Name(value)}' has no len()"),
    };
}
