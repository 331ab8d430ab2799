"""One short sentence in other languages: only English is answered here, and in an emergency call the local number."""

from __future__ import annotations

ONLY_ENGLISH = {
    "ar": "يمكنني الإجابة بالإنجليزية فقط. في حالة الطوارئ اتصل برقم الطوارئ المحلي.",
    "cs": "Mohu odpovídat pouze anglicky. V nouzi volejte místní tísňovou linku.",
    "da": "Jeg kan kun svare på engelsk. Ring til det lokale alarmnummer i en nødsituation.",
    "de": "Ich kann nur auf Englisch antworten. Im Notfall rufen Sie die örtliche Notrufnummer an.",
    "el": "Μπορώ να απαντήσω μόνο στα αγγλικά. Σε έκτακτη ανάγκη καλέστε τον τοπικό αριθμό έκτακτης ανάγκης.",
    "es": "Solo puedo responder en inglés. En una emergencia, llame al número de emergencias de su país.",
    "fi": "Voin vastata vain englanniksi. Hätätilanteessa soita paikalliseen hätänumeroon.",
    "fr": "Je ne peux répondre qu'en anglais. En cas d'urgence, appelez le numéro d'urgence de votre pays.",
    "he": "אני יכול לענות רק באנגלית. במקרה חירום התקשרו למספר החירום המקומי.",
    "hi": "मैं केवल अंग्रेज़ी में उत्तर दे सकता हूँ। आपात स्थिति में अपने स्थानीय आपातकालीन नंबर पर कॉल करें।",
    "hu": "Csak angolul tudok válaszolni. Vészhelyzetben hívja a helyi segélyhívó számot.",
    "id": "Saya hanya dapat menjawab dalam bahasa Inggris. Dalam keadaan darurat, hubungi nomor darurat setempat.",
    "it": "Posso rispondere solo in inglese. In caso di emergenza, chiami il numero di emergenza locale.",
    "ja": "英語でのみお答えできます。緊急の場合は、お住まいの地域の緊急電話番号に電話してください。",
    "ko": "영어로만 답변할 수 있습니다. 응급 상황에서는 현지 응급 전화번호로 전화하세요.",
    "nb": "Jeg kan bare svare på engelsk. Ring det lokale nødnummeret i en nødsituasjon.",
    "nl": "Ik kan alleen in het Engels antwoorden. Bel bij nood het plaatselijke alarmnummer.",
    "pl": "Mogę odpowiadać tylko po angielsku. W nagłym wypadku zadzwoń pod lokalny numer alarmowy.",
    "pt": "Só posso responder em inglês. Em caso de emergência, ligue para o número de emergência local.",
    "ro": "Pot răspunde doar în engleză. În caz de urgență, sunați la numărul local de urgență.",
    "ru": "Я могу отвечать только по-английски. В экстренном случае звоните по местному номеру экстренной помощи.",
    "sv": "Jag kan bara svara på engelska. Ring det lokala nödnumret vid en nödsituation.",
    "tr": "Yalnızca İngilizce yanıt verebilirim. Acil durumda yerel acil numarasını arayın.",
    "vi": "Tôi chỉ có thể trả lời bằng tiếng Anh. Trong trường hợp khẩn cấp, hãy gọi số khẩn cấp tại nơi bạn ở.",
    "zh": "我只能用英语回答。如遇紧急情况，请拨打当地的急救电话。",
}
"""By ISO 639-1 code. A language that is missing gets the English sentence alone."""
